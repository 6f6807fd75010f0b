/** Style and script of the HTML. The page's policy allows exactly these two texts, by their digests. */

export const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --page: #fff; --card: #f6f8fa; --edge: #d0d7de;
  --danger: #b3121d; --warning: #8a5a00; --good: #1a7f37; --link: #0550ae; --orange: #bc4c00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9da7b1; --page: #0d1117; --card: #161b22;
  --edge: #3d444d; --danger: #ff7b72; --warning: #e3b341; --good: #56d364; --link: #79c0ff; --orange: #ffa657; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 76rem; color: var(--ink); background: var(--page);
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.25rem; line-height: 1.35; margin: .2rem 0 .6rem; border-left: .4rem solid var(--tone, var(--edge)); padding-left: .7rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--edge); padding-bottom: .2rem; }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
p, ul { margin: .3rem 0; }
code, .text { unicode-bidi: isolate; }
code { font: .92em ui-monospace, monospace; background: var(--card); padding: 0 .25em; border-radius: 3px; white-space: pre-wrap; }
pre { background: var(--card); border: 1px solid var(--edge); border-radius: 4px; padding: .5rem; overflow-x: auto; }
pre code { padding: 0; white-space: pre; }
.danger { --tone: var(--danger); } .warning { --tone: var(--warning); } .good { --tone: var(--good); }
.item { border: 1px solid var(--edge); border-left: .3rem solid var(--tone, var(--edge)); border-radius: 4px; padding: .4rem .7rem; margin: .5rem 0; }
.item > .title { font-weight: 500; } .item.danger > .title strong { color: var(--danger); }
.item ul { padding-left: 1.1rem; color: var(--soft); } .item ul strong { color: var(--ink); }
p.danger { color: var(--danger); font-weight: 600; } p.warning { color: var(--warning); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: .4rem 0; } th, td { text-align: left; padding: .15rem .7rem .15rem 0; border-bottom: 1px solid var(--edge); white-space: nowrap; }
nav { display: flex; flex-wrap: wrap; gap: .2rem 1rem; } a { color: var(--link); }
.filter { position: sticky; top: 0; z-index: 1; background: var(--page); border-bottom: 1px solid var(--edge); padding: .5rem 0; display: flex; flex-wrap: wrap; gap: .4rem 1rem; align-items: center; }
.filter[hidden] { display: none; }
.filter input[type=search] { flex: 1 1 12rem; font: inherit; padding: .3rem .5rem; color: inherit; background: var(--card); border: 1px solid var(--edge); border-radius: 4px; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
summary { cursor: pointer; color: var(--link); }
[hidden] { display: none !important; }
.tiles { display: flex; flex-wrap: wrap; gap: .8rem; align-items: flex-start; }
figure { margin: 0; padding: .4rem; border: 1px solid var(--edge); border-radius: 6px; max-width: 100%; overflow-x: auto; }
figure.changed { border-width: 2px; border-color: var(--warning); }
figcaption { font-weight: 600; max-width: 40rem; } figcaption span { font-weight: 400; color: var(--soft); }
svg { display: block; max-width: 100%; height: auto; font: 12px ui-monospace, monospace; }
svg.wide { max-width: none; }
svg rect { fill: var(--card); stroke: var(--soft); } svg text { fill: var(--ink); }
svg .line { fill: none; stroke: var(--soft); } svg .sort, svg .detail { fill: var(--soft); } svg .label { font-weight: 600; }
svg .utm rect { stroke-width: 2; } svg .host rect { stroke-dasharray: 4 2; } svg .network rect { fill: var(--page); }
svg .nic { fill: var(--soft); } svg .guest { fill: var(--link); } svg .green { fill: var(--good); } svg .orange { fill: var(--orange); } svg .red { fill: var(--danger); }
svg .edge { paint-order: stroke; stroke: var(--page); stroke-width: 4px; }
svg .delete rect, svg .replace rect { stroke: var(--danger); stroke-width: 3; } svg .create rect, svg .import rect { stroke: var(--good); stroke-width: 3; }
svg .update rect, svg .move rect, svg .forget rect { stroke: var(--warning); stroke-width: 3; }
svg .mark { font-weight: 700; } svg .mark.delete, svg .mark.replace { fill: var(--danger); } svg .mark.create, svg .mark.import { fill: var(--good); }
svg .mark.update, svg .mark.move, svg .mark.forget { fill: var(--warning); }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; }
@media print { :root { color-scheme: light; } .filter, nav, .skip { display: none; } body { max-width: none; padding: 0; font-size: 11px; }
  .item, figure, tr { break-inside: avoid; } pre code { white-space: pre-wrap; } .scroll, figure, pre { overflow: visible; } }
`;

/** Without it the page shows everything; the filter appears with it. */
export const script = `
'use strict';
const filter = document.querySelector('.filter');
const [search, status] = [filter.querySelector('input[type=search]'), filter.querySelector('[role=status]')];
const tones = [...filter.querySelectorAll('input[type=checkbox]')];
const items = [...document.querySelectorAll('.item')].map((item) => ({
  item, text: item.textContent.toLowerCase(), own: [...item.children].filter((each) => !each.classList.contains('scroll')).map((each) => each.textContent).join(' ').toLowerCase(),
  rows: [...item.querySelectorAll('tbody tr')],
}));
function show() {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const shown = new Set(tones.filter((box) => box.checked).map((box) => box.value));
  let number = 0;
  for (const { item, text, own, rows } of items) {
    const isShown = shown.has(item.dataset.tone) && words.every((word) => text.includes(word));
    item.hidden = !isShown;
    if (!isShown) continue;
    number++;
    const missing = words.filter((word) => !own.includes(word));
    for (const row of rows) row.hidden = missing.length > 0 && !missing.every((word) => row.textContent.toLowerCase().includes(word));
  }
  status.textContent = number + ' of ' + items.length + ' shown';
}
filter.hidden = false;
search.addEventListener('input', show);
for (const box of tones) box.addEventListener('change', show);
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && document.activeElement !== search) { event.preventDefault(); search.focus(); }
  if (event.key === 'Escape' && document.activeElement === search) { search.value = ''; show(); }
});
addEventListener('beforeprint', () => { for (const each of document.querySelectorAll('details')) each.open = true; });
show();
`;
