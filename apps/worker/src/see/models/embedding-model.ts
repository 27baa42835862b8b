/** How faces are cut for an embedding model. */
export interface EmbeddingModel {
  /** Stored with every face; embeddings of different ids are never compared. Changes with anything below. */
  id: string;
  /** Side of the square crop, pixels. */
  side: number;
  /** How the face lies in the crop. */
  align: { kind: 'mesh-square'; margin: number };
  /** Embeds the crop and its mirror image, and adds the two. */
  mirrored: boolean;
  /** A candidate whose embedding has a smaller cosine than this to the mean of many faces is no face. */
  minLikeness: number;
}

/** HSE-FaceRes as docs/seeing.md found it best: the square around the levelled mesh and 40 % more, averaged with the mirror image. */
export const faceres: EmbeddingModel = {
  id: 'faceres-bgr-mesh140-mirror-1',
  side: 224,
  align: { kind: 'mesh-square', margin: 0.4 },
  mirrored: true,
  minLikeness: 0.4,
};
