const [least, most] = [20, 1_000_000];
const span = Math.log(most / least);

/** The place of a number on the slider, 0 to 100, even in the logarithm. */
export const sliderOf = (oneIn: number): number => Math.round((Math.log(oneIn / least) / span) * 100);

/** The number at a place of the slider, with two digits: 20, 50, 1,200. */
export function valueOfSlider(place: number): number {
  const value = least * Math.exp((place / 100) * span);
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Math.min(most, Math.max(least, Math.round(value / unit) * unit));
}
