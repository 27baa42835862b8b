/** The translated models' only input: picture bytes, [pictures, height, width, 3], RGB. */
export const inputName = 'picture';

/** Side of the patch of dlib's network, pixels. */
export const dlibSide = 150;
