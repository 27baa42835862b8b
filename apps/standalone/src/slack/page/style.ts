/** How the page looks, light and dark, from 320 pixels on. */
export const style = `
:root { color-scheme: light dark; font: 15px/1.46 system-ui, -apple-system, "Segoe UI", sans-serif;
  --ground: light-dark(#ffffff, #1a1d21); --ink: light-dark(#1d1c1d, #e8e8e8); --soft: light-dark(#5c5b5d, #b3b5b8); --line: light-dark(#dddddd, #3a3d42);
  --raised: light-dark(#f6f6f7, #24272c); --link: light-dark(#0b5a9e, #6fb8f5); --side: light-dark(#3f0e40, #17121a); --on-side: #ffffff;
  --go: light-dark(#00704f, #0f7f5f); --stop: light-dark(#b3123f, #ff7d9c); --mark: light-dark(#fff4d6, #3d341c); }
* { box-sizing: border-box; }
html, body { height: 100%; }
body { margin: 0; display: grid; grid-template: auto 1fr auto / 190px minmax(0, 1fr); background: var(--ground); color: var(--ink); }
button, input, select, textarea { font: inherit; color: inherit; }
h1, h2, h3, p, ol, ul, figure { margin: 0; padding: 0; } ol, ul { list-style: none; }
[hidden] { display: none !important; }
:focus-visible { outline: 3px solid light-dark(#1264a3, #6fb8f5); outline-offset: 1px; }
a { color: var(--link); }
.small { font-size: 13px; color: var(--soft); } small { font-weight: 400; color: var(--soft); font-size: 13px; }
code, pre { font: 13px/1.5 ui-monospace, monospace; background: var(--raised); border: 1px solid var(--line); border-radius: 4px; } code { padding: 0 4px; } pre { padding: 8px; overflow-x: auto; white-space: pre-wrap; }
blockquote { margin: 0; padding-left: 12px; border-left: 4px solid var(--line); }
.top { grid-column: 1 / -1; padding: 9px 18px; background: var(--side); color: var(--on-side); display: flex; gap: 4px 16px; align-items: baseline; flex-wrap: wrap; } .top h1 { font-size: 17px; }
nav { background: var(--side); padding: 10px 8px; } nav ul { display: grid; grid-template-columns: minmax(0, 1fr); gap: 2px; }
nav button { width: 100%; min-height: 34px; text-align: left; border: 0; border-radius: 6px; background: none; color: #e6dbe7; padding: 4px 10px; cursor: pointer; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
nav button:hover { background: #ffffff1f; } nav button[aria-current] { background: #1164a3; color: #fff; } nav button.unread { font-weight: 700; color: #fff; }
main { display: grid; grid-template-columns: minmax(0, 1fr); min-height: 0; }
.panel { display: grid; grid-template-rows: auto minmax(0, 1fr) auto; min-height: 0; position: relative; grid-area: 1 / 1; }
.panel > h2 { font-size: 17px; padding: 10px 18px; border-bottom: 1px solid var(--line); }
.scroll { overflow-y: auto; padding: 8px 0 16px; overscroll-behavior: contain; }
.part { padding: 12px 18px 4px; font-size: 13px; color: var(--soft); } #home { padding: 0 18px 12px; display: grid; gap: 10px; } #home > div { display: grid; gap: 10px; max-width: 680px; }
.empty { color: var(--soft); padding: 12px 18px; } .empty:has(+ .messages > li) { display: none; } #home .empty { padding: 0; }
.message { position: relative; display: grid; grid-template-columns: 36px minmax(0, 1fr); gap: 8px; padding: 8px 18px; }
.message:hover { background: var(--raised); } .message:target, .message.found { background: var(--mark); }
.ephemeral { background: light-dark(#f2f7fb, #1d2730); } .only::before { content: "◉ "; }
.avatar { width: 36px; height: 36px; border-radius: 6px; display: grid; place-items: center; font-weight: 700; color: #fff; background: #4a154b; }
.tint1 { background: #1d5f8a; } .tint2 { background: #2a6a4f; } .tint3 { background: #8a4b12; } .tint4 { background: #7a2f4f; }
.thread .avatar { width: 24px; height: 24px; font-size: 12px; } .thread .message { grid-template-columns: 24px minmax(0, 1fr); padding: 6px 0; } .thread { margin-top: 6px; padding-left: 10px; border-left: 2px solid var(--line); }
.content { display: grid; gap: 7px; min-width: 0; } .actions { padding-bottom: 3px; } .by { padding-right: 40px; } .by time { font-size: 12px; color: var(--soft); }
.badge { font-size: 10px; font-weight: 700; padding: 1px 4px; border-radius: 3px; background: light-dark(#e4e4e6, #3a3d42); color: var(--soft); vertical-align: 1px; }
.text, .words, .label, figcaption { overflow-wrap: anywhere; } .mention { background: var(--mark); color: var(--link); border-radius: 3px; padding: 0 2px; }
.section { display: flex; gap: 12px; justify-content: space-between; align-items: flex-start; } .words { flex: 1; min-width: 0; } .fields { display: grid; grid-template-columns: 1fr 1fr; gap: 4px 12px; }
.actions { display: flex; flex-wrap: wrap; gap: 8px; } .context { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; font-size: 13px; color: var(--soft); } .context .thumbnail { width: 20px; height: 20px; }
hr { width: 100%; border: 0; border-top: 1px solid var(--line); margin: 4px 0; } h3 { font-size: 17px; }
figure { display: grid; gap: 4px; } figcaption { font-size: 13px; color: var(--soft); } figure img { display: block; width: 100%; max-width: 560px; aspect-ratio: 16 / 9; object-fit: cover; border-radius: 8px; background: var(--raised); }
.second figure img { max-width: 340px; } .thumbnail { width: 88px; height: 88px; object-fit: cover; border-radius: 8px; flex: none; background: var(--raised); }
.button { display: inline-block; min-height: 34px; padding: 5px 12px; border: 1px solid light-dark(#8d8d91, #6b6f76); border-radius: 6px; background: var(--ground); font-weight: 600; font-size: 14px; cursor: pointer; color: var(--ink); text-decoration: none; overflow-wrap: anywhere; }
.button:hover { background: var(--raised); } .button.primary { background: var(--go); border-color: var(--go); color: #fff; } .button.danger { color: var(--stop); border-color: var(--stop); }
[aria-busy="true"] { opacity: .55; cursor: progress; }
.menu { position: relative; flex: none; } .menu summary { list-style: none; display: grid; place-items: center; width: 36px; height: 34px; border: 1px solid light-dark(#8d8d91, #6b6f76); border-radius: 6px; cursor: pointer; background: var(--ground); } .menu summary::-webkit-details-marker { display: none; }
.menu ul { position: absolute; right: 0; top: 38px; z-index: 3; min-width: 200px; max-width: 290px; padding: 6px 0; background: var(--ground); border: 1px solid var(--line); border-radius: 8px; box-shadow: 0 6px 24px #0004; }
.menu li button { width: 100%; min-height: 36px; text-align: left; padding: 6px 16px; border: 0; background: none; cursor: pointer; overflow-wrap: anywhere; } .menu li button:hover, .menu li button:focus-visible { background: light-dark(#1264a3, #1164a3); color: #fff; }
.corner { position: absolute; right: 14px; top: 6px; } .corner summary { width: 32px; height: 28px; } .corner ul { top: 32px; }
.dismiss { width: 32px; height: 32px; border: 0; border-radius: 6px; background: none; font-size: 20px; line-height: 1; cursor: pointer; color: var(--soft); } .message > .dismiss { position: absolute; right: 12px; top: 6px; } .dismiss:hover { background: var(--line); }
.composer { display: flex; gap: 8px; padding: 8px 18px 12px; border-top: 1px solid var(--line); } .composer input { flex: 1; }
input:not([type=checkbox], [type=radio]), select, textarea { width: 100%; min-width: 0; min-height: 38px; padding: 6px 10px; border: 1px solid light-dark(#8d8d91, #6b6f76); border-radius: 6px; background: var(--ground); }
[aria-invalid="true"] { border-color: var(--stop) !important; } .section select, .section .search { width: auto; max-width: 220px; }
.newest { position: absolute; bottom: 70px; left: 50%; translate: -50%; padding: 6px 14px; border: 0; border-radius: 16px; background: #1164a3; color: #fff; font-weight: 600; cursor: pointer; box-shadow: 0 2px 10px #0005; }
dialog { width: min(520px, calc(100vw - 24px)); max-height: min(720px, calc(100dvh - 24px)); padding: 0; border: 1px solid var(--line); border-radius: 10px; background: var(--ground); color: var(--ink); overflow: visible; } dialog::backdrop { background: #0008; }
dialog form { display: flex; flex-direction: column; max-height: inherit; } dialog header { display: flex; justify-content: space-between; align-items: center; padding: 14px 20px 8px; } dialog h2 { font-size: 20px; overflow-wrap: anywhere; }
dialog .body { display: grid; gap: 14px; padding: 8px 20px; overflow-y: auto; } dialog footer { display: flex; justify-content: flex-end; gap: 10px; padding: 12px 20px 16px; }
.input { display: grid; gap: 5px; } .label { font-weight: 700; } .error { color: var(--stop); font-size: 14px; } .error:empty { display: none; } .choice { display: flex; gap: 8px; align-items: baseline; min-height: 28px; }
.search [role=listbox] { max-height: 220px; overflow-y: auto; margin-top: 4px; padding: 4px 0; border: 1px solid var(--line); border-radius: 6px; background: var(--ground); } .search li { padding: 7px 12px; cursor: pointer; overflow-wrap: anywhere; } .search li[aria-selected=true], .search li[role=option]:hover { background: #1164a3; color: #fff; } .search li.none { color: var(--soft); }
#toast { position: fixed; left: 50%; bottom: 84px; translate: -50%; max-width: calc(100vw - 32px); padding: 10px 16px; border-radius: 8px; background: light-dark(#1d1c1d, #f1f1f1); color: light-dark(#fff, #111); z-index: 9; } #toast:empty { display: none; }
.terminal { grid-column: 1 / -1; padding: 5px 18px; font-size: 12px; color: var(--soft); border-top: 1px solid var(--line); overflow-wrap: anywhere; }
@media (min-width: 1080px) { main:not(.one-open) { grid-template-columns: minmax(0, 1.7fr) minmax(300px, 1fr); } main:not(.one-open) .second { grid-area: 1 / 2; border-left: 1px solid var(--line); } }
.reactions { display: flex; gap: 6px; flex-wrap: wrap; margin: 4px 0 0; } .reaction { min-height: 28px; padding: 1px 9px; border: 1px solid light-dark(#d0d0d3, #565a61); border-radius: 14px; background: var(--raised); font-size: 13px; cursor: pointer; } .reaction[aria-pressed=true] { border-color: #1264a3; background: light-dark(#e3f0fa, #123a57); }
@media (max-width: 700px) { body { grid-template: auto auto 1fr / minmax(0, 1fr); } .terminal { display: none; } nav { padding: 0 4px 6px; } nav ul { display: flex; overflow-x: auto; } nav li { flex: 1 0 auto; } nav button { min-height: 40px; text-align: center; padding: 4px 6px; font-size: 14px; } .top { padding: 8px 12px; font-size: 14px; } .panel > h2 { padding: 8px 12px; } .panel > h2 small { display: none; } .message { padding: 8px 12px; } .composer { padding: 8px 12px; } .button { min-height: 40px; } .menu summary { min-height: 40px; } .corner { right: 8px; } }
@media (prefers-reduced-motion: no-preference) { .message.found { transition: background 1s; } }
`;
