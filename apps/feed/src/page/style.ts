/** A dot, as on the page that is live. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#1f2328"/><circle cx="16" cy="16" r="7" fill="#ef4a3c"/></svg>`;

/** How the pages look, light and dark, from 320 pixels on. */
export const style = `
:root { color-scheme: light dark; font: 100%/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  --ground: light-dark(#ffffff, #15171a); --ink: light-dark(#1b1d20, #e7e8ea); --soft: light-dark(#5d6269, #a3a8b0); --line: light-dark(#e6e7e9, #2c3036);
  --raised: light-dark(#f5f6f7, #1f2226); --link: light-dark(#0a58a8, #7db9f7); --fresh: light-dark(#fff4d2, #33301f);
  --live: light-dark(#c4281a, #ff7566); --wait: light-dark(#8a5a00, #e0b050); --shadow: light-dark(#00000029, #000000a0); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); overflow-wrap: break-word; }
h1, h2, h4, p, ol, ul, pre, blockquote { margin: 0; padding: 0; }
[hidden] { display: none !important; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: 2px; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 4px; }
.unseen-words { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 1rem; top: -4rem; padding: .5rem 1rem; background: var(--ground); border: 1px solid var(--line); border-radius: 8px; z-index: 3; } .skip:focus { top: .75rem; }
.top, main, footer { max-width: 42rem; margin: 0 auto; padding: 0 1.25rem; }
.top { padding-top: clamp(1.5rem, 5vw, 3.25rem); }
h1 { font-size: clamp(1.6rem, 1.2rem + 2vw, 2.4rem); line-height: 1.15; letter-spacing: -.02em; text-wrap: balance; }
#description { margin-top: .6rem; color: var(--soft); font-size: 1.0625rem; } #description:empty, #live-content:empty { display: none; } #description > * + *, #live-content > * + * { margin-top: .6rem; }
#live-content { margin-top: 1.5rem; } #live-content iframe, #live-content video { display: block; width: 100%; height: auto; aspect-ratio: 16 / 9; border: 0; border-radius: 12px; background: var(--raised); } #live-content img, #description img { max-width: 100%; height: auto; border-radius: 12px; }
.state { display: flex; gap: .75rem; min-height: 3.25rem; margin-top: .75rem; align-items: center; font-size: .875rem; color: var(--soft); border-bottom: 1px solid var(--line); }
#state-words::before { content: ""; display: inline-block; width: .55rem; height: .55rem; margin-inline-end: .5rem; border-radius: 50%; background: currentColor; } #state-words.by-hand::before { display: none; }
#state-words.live { color: var(--live); font-weight: 600; } #state-words:is(.reconnecting, .offline) { color: var(--wait); } #state-words.closed::before { border-radius: 2px; }
ol#entries, ol.replies { list-style: none; } #entries { overflow-anchor: none; }
.entry { position: relative; scroll-margin-top: 1rem; } #entries > .entry + .entry { border-top: 1px solid var(--line); }
.entry:target:focus-visible { outline: 0; } .entry:target > article { background: var(--fresh); box-shadow: 0 0 0 .75rem var(--fresh); border-radius: 2px; }
article { display: grid; grid-template-columns: 2.75rem minmax(0, 1fr); gap: 0 .875rem; margin: 1.25rem 0; }
.avatar { width: 2.75rem; height: 2.75rem; border-radius: 50%; object-fit: cover; background: var(--raised); }
.letters { display: grid; place-items: center; font-size: .9375rem; font-weight: 600; color: #fff; user-select: none; }
.colour-0 { background: #7a4fb5; } .colour-1 { background: #23748c; } .colour-2 { background: #a8432f; } .colour-3 { background: #3b6f3f; } .colour-4 { background: #8a5a16; } .colour-5 { background: #3f5fb0; }
article > .body > header { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 .75rem; align-items: baseline; line-height: 1.4; }
.who { min-width: 0; } .name { font-weight: 650; } .title { margin-inline: .2rem; font-size: .875rem; color: var(--soft); }
.when { font-size: .8125rem; color: var(--soft); white-space: nowrap; font-variant-numeric: tabular-nums; } .when a { color: inherit; text-decoration: none; display: inline-block; padding: .2rem 0; } .when a:hover { text-decoration: underline; } .edited::before { content: "· "; } .edited { margin-inline-start: .3rem; }
.in-reply { font-size: .875rem; color: var(--soft); margin-top: .1rem; } .in-reply a { color: inherit; text-decoration: none; display: inline-block; padding: .15rem 0; } .in-reply a::before { content: "↳ "; } .in-reply a:hover { text-decoration: underline; }
.text { margin-top: .2rem; font-size: 1.0625rem; } .text > * + * { margin-top: .6rem; } .text :is(p, li, h4) { unicode-bidi: plaintext; } .text :is(ul, ol) { padding-inline-start: 1.4em; } .text ul { list-style: disc; } .text :is(ul, ol) ul { list-style: circle; } .text h4 { font-size: 1.125rem; }
.text blockquote { padding-inline-start: .875rem; border-inline-start: 3px solid var(--line); color: var(--soft); } .text blockquote > * + * { margin-top: .5rem; }
code { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, monospace; background: var(--raised); border-radius: 4px; padding: .1em .3em; } pre { background: var(--raised); border-radius: 8px; padding: .75rem 1rem; white-space: pre-wrap; overflow-wrap: anywhere; } pre code { padding: 0; background: none; }
.text hr { border: 0; border-top: 1px solid var(--line); } .mention, .channel { color: var(--link); font-weight: 550; } .emoji { width: 1.35em; height: 1.35em; vertical-align: -.3em; object-fit: contain; }
.pictures { display: grid; grid-template-columns: minmax(0, 1fr); gap: .5rem; margin-top: .75rem; justify-items: start; } .pictures.several { grid-template-columns: repeat(2, minmax(0, 1fr)); }
.picture { display: block; max-width: 100%; height: auto; border-radius: 12px; background: var(--raised); } .pictures.several > * { width: 100%; } .pictures.several > .picture { aspect-ratio: 4 / 3; object-fit: cover; }
.coming { position: relative; max-width: 100%; border-radius: 12px; background: var(--raised); overflow: hidden; } .coming svg { display: block; max-width: 100%; height: auto; } .coming p { position: absolute; inset: 0; display: grid; place-items: center; padding: 1rem; text-align: center; font-size: .875rem; color: var(--soft); }
.replies { margin-block: -.35rem 1.25rem; margin-inline-start: 1.375rem; padding-inline-start: 2rem; border-inline-start: 2px solid var(--line); } .replies article { grid-template-columns: 2rem minmax(0, 1fr); gap: 0 .75rem; margin: .875rem 0; } .replies .avatar { width: 2rem; height: 2rem; font-size: .75rem; } .replies .text { font-size: 1rem; } .replies .entry:last-child article { margin-bottom: 0; }
#empty { padding: 3.5rem 1rem; text-align: center; color: var(--soft); }
.older { padding: 1.25rem 0; text-align: center; border-top: 1px solid var(--line); } .older:not(:has(a:not([hidden]))) { display: none; } .older a { display: inline-block; padding: .5rem 1rem; text-decoration: none; } .older a:hover { text-decoration: underline; }
#unseen { position: fixed; top: max(.875rem, env(safe-area-inset-top)); left: 50%; translate: -50%; z-index: 2; padding: .6rem 1.2rem; border: 0; border-radius: 2rem; font: inherit; font-size: .9375rem; font-weight: 600; color: light-dark(#fff, #14171a); background: light-dark(#1b1d20, #e7e8ea); box-shadow: 0 4px 18px var(--shadow); cursor: pointer; white-space: nowrap; } #unseen::before { content: "↑ "; }
footer { padding-top: 1.5rem; padding-bottom: 2.5rem; font-size: .875rem; color: var(--soft); display: grid; gap: .75rem; } footer a { margin-inline-start: .5rem; display: inline-block; padding: .2rem 0; } summary { cursor: pointer; width: fit-content; padding: .2rem 0; } details p { margin: .5rem 0; } details pre { font-size: .9375rem; }
.feeds { list-style: none; padding: 0; margin: 1.5rem 0; } .feeds li { padding: 1rem 0; border-top: 1px solid var(--line); } .feeds a { font-size: 1.1875rem; font-weight: 600; text-decoration: none; } .feeds a:hover { text-decoration: underline; } .feeds p { color: var(--soft); } .notice { padding: 1.5rem 0; color: var(--soft); }
.embed main { max-width: 48rem; padding: 0 1rem; } .embed .state { margin-top: 0; min-height: 2.75rem; } .embed footer { max-width: 48rem; padding: .75rem 1rem 1rem; border-top: 1px solid var(--line); } .embed footer a { margin-inline-start: 0; } .embed article { margin: 1rem 0; } .embed .text { font-size: 1rem; }
@media (min-width: 68rem) { .page.beside :is(.top, main, footer) { max-width: 76rem; } .beside main { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 3rem; align-items: start; } .beside .column { order: -1; } .beside #live-content { position: sticky; top: 1.5rem; } .beside #unseen { left: calc(50% - min(19rem, 25vw)); } }
@media (max-width: 30rem) { article { grid-template-columns: 2.25rem minmax(0, 1fr); gap: 0 .75rem; } .avatar { width: 2.25rem; height: 2.25rem; font-size: .8125rem; } .replies { margin-inline-start: 1.1rem; padding-inline-start: .9rem; } .pictures.several { grid-template-columns: minmax(0, 1fr); } .title { margin-inline: .1rem; } }
@media (prefers-reduced-motion: no-preference) { .entry.new > article { animation: fresh 2.4s ease-out; } #state-words.live::before { animation: beat 2.4s ease-in-out infinite; } }
@keyframes fresh { from { background: var(--fresh); box-shadow: 0 0 0 .75rem var(--fresh); } }
@keyframes beat { 50% { opacity: .35; } }
@media print { #unseen, .state, .older, footer { display: none; } }
`;
