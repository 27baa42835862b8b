/** What commonly goes wrong: controls without a name, ids twice, references to nothing, pictures without a description, small targets, weak colours. */
export const checkAccess = `(() => {
  const found = [];
  const shown = (element) => element.checkVisibility() && element.getClientRects().length > 0;
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  for (const id of ids) if (ids.filter((each) => each === id).length > 1) found.push('twice: ' + id);
  for (const name of ['aria-labelledby', 'aria-describedby', 'aria-controls'])
    for (const element of document.querySelectorAll('[' + name + ']'))
      for (const id of element.getAttribute(name).split(' ')) if (!ids.includes(id)) found.push(name + ' to nothing: ' + id);
  for (const image of document.images) if (!image.hasAttribute('alt')) found.push('no alt: ' + image.src);
  for (const control of document.querySelectorAll('button, a, input, select, textarea, summary')) {
    if (!shown(control)) continue;
    const labelled = (control.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join('');
    const name = labelled || control.getAttribute('aria-label') || control.textContent || control.querySelector('img')?.alt || '';
    if (name.trim() === '') found.push('no name: ' + control.outerHTML.slice(0, 80));
    const { width, height } = control.getBoundingClientRect();
    if (control.tagName !== 'A' && Math.min(width, height) < 24) found.push('too small: ' + control.outerHTML.slice(0, 80));
  }
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgb = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const groundOf = (element) => { for (let at = element; at; at = at.parentElement) { const colour = rgb(getComputedStyle(at).backgroundColor); if (colour[3] === 255) return colour; } return rgb('Canvas'); };
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '');
    if (!own || !shown(element) || element.matches('script, option')) continue;
    const [text, ground] = [light(rgb(getComputedStyle(element).color)), light(groundOf(element))];
    const contrast = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
    if (contrast < 4.5) found.push('contrast ' + contrast.toFixed(1) + ': ' + element.textContent.slice(0, 40));
  }
  return found;
})()`;
