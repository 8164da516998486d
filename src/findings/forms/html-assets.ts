/** The style and the script of the HTML report: constants, because the page's Content-Security-Policy names their hashes. */

/** Light and dark by the reader's setting, for screen and paper; contrast of text at least 4.5 : 1 in both. */
export const reportStyle = `
:root { color-scheme: light dark;
  --page: light-dark(#ffffff, #14171c); --panel: light-dark(#f5f6f8, #1d2128); --text: light-dark(#1b1f24, #e6e9ee);
  --faint: light-dark(#57606a, #a3adb9); --line: light-dark(#d5dae0, #39414c); --link: light-dark(#0a58ca, #8ab8ff);
  --critical: light-dark(#a40e26, #ff8f9c); --high: light-dark(#9a3412, #ffab70); --medium: light-dark(#7a5200, #f0c75e);
  --low: light-dark(#0b5d8a, #7cc7f2); --info: light-dark(#57606a, #a3adb9);
  --gained: light-dark(#a40e26, #ff8f9c); --lost: light-dark(#116329, #7ee2a0);
  --added: light-dark(#dafbe1, #12311d); --removed: light-dark(#ffebe9, #3d1a1f); }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem clamp(1rem, 4vw, 3rem) 4rem; max-width: 78rem; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; } h2 { font-size: 1.3rem; margin: 2.5rem 0 .8rem; } h3 { font-size: 1.05rem; margin: 1.2rem 0 .4rem; }
p { margin: .3rem 0; } a { color: var(--link); } code, pre, .mono { font-family: ui-monospace, monospace; font-size: .875em; }
.faint { color: var(--faint); } .skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; background: var(--page); padding: .5rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; list-style: none; padding: 0; margin: 1rem 0 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .7rem; margin: 1.5rem 0 0; padding: 0; list-style: none; }
.figures li { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; padding: .7rem .9rem; }
.figures b { display: block; font-size: 1.7rem; line-height: 1.2; } .figures li.critical b { color: var(--critical); } .figures li.high b { color: var(--high); }
.filters { display: flex; flex-wrap: wrap; gap: .8rem 1.2rem; align-items: end; background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; padding: .8rem; position: sticky; top: 0; z-index: 1; }
.filters fieldset { border: 0; padding: 0; margin: 0; display: flex; flex-wrap: wrap; gap: .2rem .8rem; } .filters legend, .filters label.over { font-size: .85rem; color: var(--faint); padding: 0; display: block; }
input[type=search], select, button { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--faint); border-radius: .3rem; padding: .3rem .5rem; }
input[type=search] { min-width: min(22rem, 80vw); } button { cursor: pointer; } :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.finding { border: 1px solid var(--line); border-left: .4rem solid var(--info); border-radius: .4rem; margin: .6rem 0; background: var(--panel); } .many .finding { content-visibility: auto; contain-intrinsic-size: auto 4rem; }
.finding.critical { border-left-color: var(--critical); } .finding.high { border-left-color: var(--high); } .finding.medium { border-left-color: var(--medium); } .finding.low { border-left-color: var(--low); }
.finding > summary { padding: .6rem .9rem; cursor: pointer; } .finding > summary b { font-weight: 600; } .finding > div { padding: 0 .9rem .9rem 1.2rem; }
.severity { display: inline-block; min-width: 4.6rem; font-size: .75rem; font-weight: 700; text-transform: uppercase; letter-spacing: .04em; }
.severity.critical { color: var(--critical); } .severity.high { color: var(--high); } .severity.medium { color: var(--medium); } .severity.low { color: var(--low); } .severity.info { color: var(--info); }
.meta { display: block; color: var(--faint); font-size: .85rem; } dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .5rem 0; } dt { color: var(--faint); } dd { margin: 0; min-width: 0; }
.access { list-style: none; padding: 0; margin: .4rem 0; } .access li { border-left: 3px solid var(--line); padding-left: .7rem; margin: .3rem 0; }
.access .gained { border-color: var(--gained); } .access .gained b { color: var(--gained); } .access .lost { border-color: var(--lost); } .access .lost b { color: var(--lost); }
.command { display: flex; gap: .6rem; align-items: start; margin: .4rem 0; } .command pre { flex: 1; min-width: 0; margin: 0; } .command button { font-size: .8rem; }
pre { background: var(--page); border: 1px solid var(--line); border-radius: .3rem; padding: .5rem .7rem; white-space: pre-wrap; margin: .4rem 0; }
.links { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; } #none { padding: 1.2rem 0; }
.scroll { overflow-x: auto; } th { white-space: nowrap; } .scroll td:first-child { min-width: 11.5rem; } table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); } caption { text-align: left; color: var(--faint); padding-bottom: .3rem; } td.number { text-align: right; font-variant-numeric: tabular-nums; }
meter { width: clamp(3rem, 18vw, 10rem); } .version { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 1rem; border-top: 1px solid var(--line); padding: .6rem 0; } @media screen and (max-width: 50rem) { .version { grid-template-columns: 1fr; } }
.diff { white-space: pre-wrap; } .diff ins, .diff del { display: block; text-decoration: none; } .diff ins { background: var(--added); } .diff del { background: var(--removed); } .diff span { display: block; color: var(--faint); }
.badge { border: 1px solid currentcolor; border-radius: 1rem; padding: 0 .5rem; font-size: .75rem; font-weight: 600; } .badge.public { color: var(--critical); } .badge.new { color: var(--high); } .badge.outside { color: var(--medium); }
figure { margin: 1rem 0; } figure svg { display: block; width: 100%; min-width: 46rem; height: auto; color: var(--text); background: transparent; font-family: system-ui, sans-serif; } .roles > details { border-bottom: 1px solid var(--line); padding: .4rem 0; } .roles summary { cursor: pointer; }
.key svg { width: 1.1em; height: 1.1em; vertical-align: -.2em; margin-left: .6em; } .key svg:first-child { margin-left: 0; }
.bursts { list-style: none; padding: 0; } .bursts > li { border-left: .3rem solid var(--high); padding: .1rem 0 .1rem .8rem; margin: .7rem 0; } .bursts ol { list-style: none; padding: 0; margin: .2rem 0; } .step { display: inline-block; min-width: 4.6rem; font-size: .75rem; font-weight: 700; text-transform: uppercase; letter-spacing: .04em; } .step.change { color: var(--medium); } .step.burst { color: var(--critical); } .step.end { color: var(--lost); }
.edge { fill: none; stroke: var(--faint); stroke-width: 1.4; } .edge.outside { stroke: var(--medium); stroke-width: 2; } .edge.new { stroke: var(--high); stroke-width: 2; stroke-dasharray: 7 4; } .edge.public { stroke: var(--critical); stroke-width: 4; } .edge:hover { stroke-width: 5; } .end { fill: var(--faint); }
svg text.label { paint-order: stroke; stroke: var(--page); stroke-width: 4px; font-weight: 600; font-size: 11px; fill: var(--medium); } svg text.label.new { fill: var(--high); } svg text.label.public { fill: var(--critical); } svg a text { fill: var(--link); text-decoration: underline; } .times { fill: currentColor; stroke: none; font-weight: 600; }
.track { stroke: var(--line); } .dot { stroke: var(--page); stroke-width: 1; } .dot.critical { fill: var(--critical); } .dot.high { fill: var(--high); } .dot.medium { fill: var(--medium); } .dot.low { fill: var(--low); } .dot.info { fill: var(--info); } .join { stroke: var(--high); fill: none; stroke-width: 2; stroke-dasharray: 5 2; } svg text { fill: currentColor; font-size: 12px; } svg text.faint { fill: var(--faint); }
[hidden] { display: none !important; }
@media screen and (max-width: 50rem) { .scroll table { min-width: 32rem; } table.narrow th, table.narrow td { padding-right: .8rem; } .filters { position: static; } dl { grid-template-columns: 1fr; } dd { margin-bottom: .4rem; } }
@media screen and (min-width: 50rem) { .finding, .finding :is(summary, a, button, pre) { scroll-margin-top: 13rem; } }
table.narrow { width: auto; } table.narrow th, table.narrow td { padding-right: 1.6rem; } table.narrow td:first-child { min-width: 10rem; }
@page { margin: 12mm; } @media print { .filters, .command button, nav, .skip { display: none; } :root { font-size: 11px; } .finding, .many .finding { content-visibility: visible; } h2, h3, .finding > summary, caption { break-after: avoid; } tr, .command, .access li, .version > div > h3 { break-inside: avoid; } figure svg { min-width: 0; } .scroll { overflow: visible; background: none; } details::details-content { content-visibility: visible !important; display: block; } body { max-width: none; padding: 0; font-size: 11px; } }
`;

/** Filtering, unfolding and copying; without it the report can be read all the same. */
export const reportScript = `
'use strict';
(() => {
  const findings = [...document.querySelectorAll('.finding')];
  const search = document.getElementById('search');
  const kind = document.getElementById('kind');
  const severities = [...document.querySelectorAll('input[name=severity]')];
  const shown = document.getElementById('shown');
  const bar = document.querySelector('.filters');
  const order = document.getElementById('order');
  const none = document.getElementById('none');
  const unfold = document.getElementById('unfold');
  if (bar !== null) {
    bar.hidden = false;
  }
  const texts = new Map();
  const textOf = (one) => {
    let text = texts.get(one);
    if (text === undefined) texts.set(one, (text = one.textContent.toLowerCase()));
    return text;
  };
  const apply = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter((word) => word !== '');
    const wanted = new Set(severities.filter((box) => box.checked).map((box) => box.value));
    let count = 0;
    for (const one of findings) {
      const fits = wanted.has(one.classList[1]) && (kind.value === '' || one.dataset.kind === kind.value) &&
        (words.length === 0 || words.every((word) => textOf(one).includes(word)));
      if (one.hidden === fits) one.hidden = !fits;
      if (fits) count += 1;
    }
    none.hidden = count > 0;
    shown.textContent = count + ' of ' + findings.length + ' findings';
  };
  const sort = () => {
    const sign = order.value === 'newest' ? -1 : 1;
    const timed = order.value === 'severity' ? findings.map((one) => ({ one })) : findings.map((one) => ({ one, at: one.querySelector('time').dateTime }));
    if (order.value !== 'severity') timed.sort((left, right) => left.at < right.at ? -sign : left.at > right.at ? sign : 0);
    findings[0].parentElement.append(...timed.map(({ one }) => one));
  };
  let waiting = 0;
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(apply, 80); };
  if (search !== null && kind !== null && shown !== null) {
    search.addEventListener('input', soon);
    kind.addEventListener('change', apply);
    for (const box of severities) box.addEventListener('change', apply);
    order.addEventListener('change', sort);
    document.getElementById('all').addEventListener('click', () => {
      search.value = kind.value = '';
      for (const box of severities) box.checked = true;
      apply();
      search.focus();
    });
    let open = false;
    unfold.addEventListener('click', () => {
      open = !open;
      unfold.textContent = open ? 'Fold all' : 'Unfold all';
      for (const one of findings) if (!one.hidden) one.open = open;
    });
    apply();
  }
  const copied = document.getElementById('copied');
  document.addEventListener('click', async (event) => {
    const button = event.target instanceof Element ? event.target.closest('button[data-copy]') : null;
    if (button === null) return;
    const source = button.parentElement.querySelector('pre');
    try {
      await navigator.clipboard.writeText(source.textContent);
      copied.textContent = 'Copied.';
      button.textContent = 'Copied';
    } catch {
      const range = document.createRange();
      range.selectNodeContents(source);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      copied.textContent = 'Selected: press Ctrl+C to copy.';
      button.textContent = 'Selected';
    }
    setTimeout(() => { button.textContent = 'Copy'; copied.textContent = ''; }, 2500);
  });
  const openTarget = () => {
    // Also by the id that messages and events name a finding by.
    const name = location.hash.slice(1);
    const target = name === '' ? null : document.getElementById(name) || document.getElementById('f' + name.slice(-12));
    if (target === null || target.tagName !== 'DETAILS') return;
    target.hidden = false;
    target.open = true;
    target.scrollIntoView();
  };
  addEventListener('hashchange', openTarget);
  openTarget();
})();
`;
