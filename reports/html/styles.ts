/** The style sheet of the page: one set of tokens for light, one for dark, and calm type in between. */

/** Roles keep their hue in both themes; shades within a role differ in lightness, for eyes that see no red or green. */
const LIGHT: Readonly<Record<string, string>> = {
  page: '#f6f7f9',
  card: '#ffffff',
  sunk: '#eef0f4',
  ink: '#1b2130',
  soft: '#545e72',
  line: '#dfe3ea',
  accent: '#3a53c5',
  good: '#0b7a5c',
  bad: '#c0263a',
  warn: '#9a5b00',
  shade: 'rgba(192, 38, 58, 0.07)',
  idle: 'rgba(84, 94, 114, 0.10)',
  'healthy-0': '#2c6bd4',
  'healthy-1': '#6a4fd0',
  'healthy-2': '#1c8fb5',
  'healthy-3': '#4b5f8a',
  'broken-0': '#cf2438',
  'broken-1': '#8f1d4f',
  'broken-2': '#e2553f',
  'broken-3': '#7d2a2a',
  'fixed-0': '#0b8a68',
  'fixed-1': '#5f9a12',
  'fixed-2': '#0c5f57',
  'fixed-3': '#8a9a00',
  'decoy-0': '#c77a00',
  'decoy-1': '#8a5a1f',
  'decoy-2': '#dba400',
  'decoy-3': '#a8481a',
  'hop-0': '#4f6bb0',
  'hop-1': '#8fb0dc',
  'hop-2': '#7d5ba6',
  'hop-3': '#c3a5d8',
  'hop-4': '#2f8f9d',
  'hop-5': '#93cfd2',
  'hop-6': '#a06a6a',
  'hop-7': '#b9bec9',
};

const DARK: Readonly<Record<string, string>> = {
  page: '#10131a',
  card: '#181c26',
  sunk: '#222836',
  ink: '#e7eaf1',
  soft: '#9ca6ba',
  line: '#2c3444',
  accent: '#93a7ff',
  good: '#4fd0a6',
  bad: '#ff7a85',
  warn: '#f0b35a',
  shade: 'rgba(255, 122, 133, 0.10)',
  idle: 'rgba(156, 166, 186, 0.12)',
  'healthy-0': '#74a9ff',
  'healthy-1': '#a994ff',
  'healthy-2': '#5cc6e6',
  'healthy-3': '#a3b5da',
  'broken-0': '#ff6472',
  'broken-1': '#ff8fc0',
  'broken-2': '#ff9076',
  'broken-3': '#d98080',
  'fixed-0': '#40cda0',
  'fixed-1': '#a5d94a',
  'fixed-2': '#6fb8a9',
  'fixed-3': '#d5dd5c',
  'decoy-0': '#f2ac3c',
  'decoy-1': '#cf9a62',
  'decoy-2': '#f5d565',
  'decoy-3': '#e58a58',
  'hop-0': '#6f8ee0',
  'hop-1': '#3d5590',
  'hop-2': '#a684d6',
  'hop-3': '#67508a',
  'hop-4': '#45b3c0',
  'hop-5': '#2a6a73',
  'hop-6': '#c68a86',
  'hop-7': '#566074',
};

/** A system under load looks as a healthy arm does, without being called one. */
const withLive = (values: Readonly<Record<string, string>>) => ({
  ...values,
  ...Object.fromEntries([0, 1, 2, 3].map((n) => [`live-${n}`, values[`healthy-${n}`]!])),
});

const tokens = (values: Readonly<Record<string, string>>) =>
  Object.entries(withLive(values))
    .map(([name, value]) => `--${name}:${value}`)
    .join(';');

const tones = ['healthy', 'broken', 'fixed', 'decoy', 'live'].flatMap((role) =>
  [0, 1, 2, 3].map((n) => `${role}-${n}`),
);

const THEMES = `
:root{color-scheme:light;${tokens(LIGHT)}}
@media (prefers-color-scheme:dark){:root{color-scheme:dark;${tokens(DARK)}}}
:root[data-theme=light]{color-scheme:light;${tokens(LIGHT)}}
:root[data-theme=dark]{color-scheme:dark;${tokens(DARK)}}
@media print{:root,:root[data-theme]{color-scheme:light;${tokens(LIGHT)};--page:#fff}}
${tones.map((tone) => `.${tone}{--arm:var(--${tone})}`).join('')}
${[0, 1, 2, 3, 4, 5, 6, 7].map((n) => `.hop-${n}{background:var(--hop-${n})}`).join('')}
`;

const BASE = `
*{box-sizing:border-box}
html{scroll-padding-top:3.5rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',sans-serif}
main,footer{max-width:1200px;margin:0 auto;padding:0 1.25rem}
h1,h2,h3,h4,p,figure,dl,dd,ul,ol{margin:0;padding:0}
h2{font-size:1.6rem;line-height:1.2;font-weight:650;letter-spacing:-.015em}
h3{font-size:1.15rem;font-weight:650;margin:2.25rem 0 .25rem}
h4{font-size:.95rem;font-weight:650;margin-bottom:.2rem}
a{color:inherit;text-underline-offset:.2em;text-decoration-color:var(--line)}
a:hover{text-decoration-color:currentColor}
code{font:.88em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace}
small{font-size:.82em;color:var(--soft);font-weight:400}
button,select,summary{font:inherit;color:inherit}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:4px}
[hidden]{display:none!important}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.faint{color:var(--soft)}
.good,.confirmed>.mark,h1.confirmed,a>.confirmed{color:var(--good)}
.bad,.refuted>.mark,h1.refuted,a>.refuted{color:var(--bad)}
.inconclusive>.mark,h1.inconclusive,a>.inconclusive{color:var(--warn)}
.num{text-align:right;font-variant-numeric:tabular-nums}
.hint{color:var(--soft);font-size:.8rem}
.eyebrow{color:var(--soft);font-size:.85rem;margin-bottom:.35rem}
.lead{max-width:52rem;margin-top:.5rem;font-size:1.02rem}
.faults{max-width:52rem;margin-top:.4rem}
.small{border:1px solid var(--line);background:var(--card);border-radius:6px;padding:.1rem .55rem;font-size:.78rem;cursor:pointer;color:var(--soft)}
.small:hover{color:var(--ink);border-color:var(--soft)}
.badge{display:inline-block;border-radius:99px;padding:.05rem .6rem;margin-left:.4rem;font-weight:600;font-size:.78rem;border:1px solid currentColor}
.badge.confirmed{color:var(--good)}.badge.refuted{color:var(--bad)}.badge.inconclusive{color:var(--warn)}
.command{display:flex;align-items:flex-start;gap:.5rem;background:var(--sunk);border-radius:8px;padding:.4rem .5rem .4rem .75rem;max-width:100%}
.command code{flex:1;min-width:0;overflow-wrap:anywhere;white-space:pre-wrap;user-select:all}
.replay{margin-top:1.25rem;display:flex;flex-wrap:wrap;gap:.3rem .75rem;align-items:baseline}
.replay>span:first-child{color:var(--soft);font-size:.85rem}
.replay .command{flex:1 1 20rem}
`;

const FRAME = `
nav.top{position:sticky;top:0;z-index:2;display:flex;align-items:center;gap:1rem;height:3rem;padding:0 1.25rem;background:var(--page);border-bottom:1px solid var(--line);font-size:.88rem}
nav.top a{text-decoration:none;white-space:nowrap}
nav.top a:hover{text-decoration:underline}
nav.top .brand{font-weight:700;letter-spacing:-.01em}
nav.top .links{display:flex;gap:1.1rem;flex:1;overflow-x:auto;scrollbar-width:none;min-width:0}
.overview{padding:2rem 0 1.5rem}
h1{font-size:2.4rem;line-height:1.15;font-weight:700;letter-spacing:-.025em}
.facts{list-style:none;display:grid;grid-template-columns:repeat(auto-fit,minmax(11.5rem,1fr));gap:.75rem;margin-top:1.4rem}
.facts li{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.7rem .9rem;font-size:.86rem;color:var(--soft)}
.facts strong{display:block;font-size:1.3rem;font-weight:650;letter-spacing:-.015em;line-height:1.3;color:var(--ink)}
.facts small{display:block;font-size:.8rem}
.index{list-style:none;margin-top:1.4rem;display:grid;gap:.9rem}
.index>li>a{font-weight:600}
.chips{list-style:none;display:flex;flex-wrap:wrap;gap:.35rem;margin-top:.3rem}
.chips li{border:1px solid var(--line);border-left:4px solid var(--arm);border-radius:6px;background:var(--card);padding:.05rem .55rem;font-size:.82rem}
.chips li.of{border:0;background:none;padding:.05rem .3rem .05rem 0;color:var(--soft)}
.chips li.refuted{border-color:var(--bad);color:var(--bad)}
.chips li.inconclusive{border-color:var(--warn);color:var(--warn)}
.scenario{border-top:1px solid var(--line);padding:2.25rem 0 2.5rem}
footer{border-top:1px solid var(--line);padding-top:1.5rem;padding-bottom:3rem;font-size:.88rem}
footer h2{font-size:1.05rem;margin-bottom:.6rem}
footer dl,.knobs{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,17rem),1fr));gap:.15rem 1.5rem}
.knobs{grid-template-columns:repeat(auto-fill,minmax(min(100%,22rem),1fr))}
footer dl div,.knobs div{display:flex;justify-content:space-between;gap:1rem;border-bottom:1px solid var(--line);padding:.15rem 0}
footer dt{color:var(--soft)}
.knobs div{flex-wrap:wrap;gap:0 1rem}
footer dd,.knobs dd{text-align:right;font-variant-numeric:tabular-nums}
footer dd{overflow-wrap:anywhere}
.knobs dd{margin-left:auto;max-width:100%;overflow-wrap:break-word}
footer .hint{margin-top:1rem;max-width:52rem}
`;

const TABLES = `
table{border-collapse:collapse;width:100%}
th{text-align:left;font-weight:600}
th.num{text-align:right}
caption{text-align:left;color:var(--soft);font-size:.82rem;padding:.5rem 0 .25rem}
.scroll{overflow-x:auto;margin-top:.25rem}
.scroll table{font-size:.85rem;width:auto;min-width:min(100%,34rem)}
.scroll td,.scroll th{border-top:1px solid var(--line);padding:.32rem 1.1rem .32rem 0;vertical-align:top}
.scroll td.num,.scroll thead th.num{padding-left:.6rem;padding-right:.6rem}
.scroll td{white-space:nowrap}
.scroll td small{display:block}
.num small{white-space:nowrap}
.scroll thead th{border-top:0;white-space:nowrap;font-weight:600}
.scroll tbody th{font-weight:400;min-width:11rem;max-width:26rem}
.scroll tbody th small{display:block}
.scroll .total>*{font-weight:650}
mark{background:none;color:inherit;font-weight:650;box-shadow:inset 0 -.45em 0 color-mix(in srgb,var(--accent) 25%,transparent)}
.set{margin:.6rem 0 .25rem;font-size:.85rem}
.examples{margin:.4rem 0 0 1.1rem;font-size:.82rem;color:var(--soft)}
.verdicts{margin-top:1.1rem;background:var(--card);border:1px solid var(--line);border-radius:12px;border-collapse:separate;border-spacing:0}
.verdicts td,.verdicts th{padding:.6rem .8rem;vertical-align:top}
.verdicts thead th{font-size:.8rem;color:var(--soft);font-weight:500;padding-bottom:.3rem;vertical-align:bottom;line-height:1.3}
.verdicts thead th small{display:block}
.verdicts tbody td,.verdicts tbody th{border-top:1px solid var(--line)}
.verdicts .mark{font-size:1.15rem;font-weight:700;line-height:1.35;padding-right:0;border-left:5px solid var(--arm);width:2.2rem}
.verdicts tbody tr:last-child td:first-child{border-bottom-left-radius:11px}
.verdicts tbody th{width:19rem;font-weight:650}
.verdicts .title{display:block;font-weight:400;font-size:.84rem;color:var(--soft)}
.verdicts .says{font-size:.9rem}
.verdicts .outcome,.verdicts .seed{color:var(--soft)}
.verdicts .refuted .outcome{color:var(--bad);font-weight:600}
.verdicts .inconclusive .outcome{color:var(--warn);font-weight:600}
.verdicts td.num{white-space:nowrap;font-weight:600}
.verdicts td.num small{display:block}
.role{display:inline-block;font-size:.72rem;font-weight:600;border-radius:4px;padding:0 .35rem;margin-left:.2rem;color:var(--arm);border:1px solid color-mix(in srgb,var(--arm) 45%,transparent)}
.not-run{--arm:var(--soft)}
.swatch{vertical-align:.15em;flex:none}
`;

const CHARTS = `
.legend{display:flex;flex-wrap:wrap;gap:.35rem;margin:1rem 0 .6rem}
.legend button{display:inline-flex;align-items:center;gap:.45rem;border:1px solid var(--line);background:var(--card);border-radius:99px;padding:.12rem .75rem .12rem .6rem;font-size:.84rem;cursor:pointer}
.legend button:hover{border-color:var(--soft)}
.legend button[aria-pressed=false]{opacity:.45;text-decoration:line-through}
.drawn{margin-bottom:.5rem}
.panels{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:1rem}
.panel{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:.8rem .9rem .6rem;min-width:0}
.wide{grid-column:1/-1}
figcaption{display:flex;flex-wrap:wrap;align-items:baseline;gap:.1rem .6rem;margin-bottom:.4rem}
figcaption .name{font-weight:650;font-size:.95rem}
figcaption .hint{flex:1 1 auto}
figcaption .small{margin-left:auto}
select.name{field-sizing:content;border:0;background:none;padding:0;margin:0 0 0 -4px;max-width:100%;cursor:pointer;border-bottom:1px dashed var(--line)}
select.name option{background:var(--card);color:var(--ink);font-weight:400}
.plot{position:relative;height:250px}
.plot canvas{position:absolute;inset:0;width:100%;height:100%}
.multiples{display:grid;grid-template-columns:repeat(auto-fill,minmax(10.5rem,1fr));gap:.9rem 1.2rem}
.multiple p{font-size:.8rem;color:var(--soft);margin-bottom:.55rem}
.multiple p strong{display:block;color:var(--ink);font-weight:600}
.framed{display:grid;grid-template-columns:auto minmax(0,1fr);gap:.35rem}
.axis{display:flex;flex-direction:column;justify-content:space-between;margin:-.45rem 0;font-size:.66rem;line-height:.9rem;color:var(--soft);text-align:right;font-variant-numeric:tabular-nums}
.axis i{font-style:normal}
.columns{display:block;width:100%;height:76px;overflow:visible}
.columns .cool{fill:color-mix(in srgb,var(--soft) 42%,transparent)}
.columns .hot{fill:var(--arm)}
.columns .rule{stroke:var(--line);stroke-width:1;vector-effect:non-scaling-stroke}
.columns .mean{stroke:var(--ink);stroke-width:1.25;stroke-dasharray:5 3;vector-effect:non-scaling-stroke}
.sub{font-size:.82rem;font-weight:600;color:var(--soft);margin:.5rem 0 .2rem}
.stacks{display:grid;gap:.22rem}
.stacks+.hint{margin-top:.5rem}
.stack{display:grid;grid-template-columns:10.5rem minmax(0,1fr) 4.4rem;gap:.6rem;align-items:center;font-size:.84rem;line-height:1.35}
.stack .who{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.track{display:block;height:13px}
.bar{display:flex;height:100%;width:max(3px,calc(var(--part)*100%));border-radius:3px;overflow:hidden}
.shares .bar{width:100%}
.bar i{display:block;height:100%}
.hops{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem .9rem;margin:.7rem 0 .2rem;font-size:.78rem;color:var(--soft)}
.hops i{display:inline-block;width:.7rem;height:.7rem;border-radius:2px;margin-right:.35rem;vertical-align:-.05em}
summary{cursor:pointer}
.data{margin-top:.35rem;font-size:.82rem}
.data>summary{color:var(--soft);font-size:.78rem;width:max-content}
.more{border-top:1px solid var(--line);padding:.55rem 0}
.more>summary{font-weight:600;font-size:.92rem}
.more[open]>summary{margin-bottom:.35rem}
.more ul,.more ol{margin:.25rem 0 .25rem 1.25rem;max-width:52rem}
.more li{margin:.2rem 0}
.panels .more{border:0;padding:0}
.case>.more:first-of-type{margin-top:1.1rem}
.notes{margin-top:1.5rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:1rem 1.75rem;font-size:.92rem}
.cards section{border-top:3px solid var(--line);padding-top:.55rem}
.triage{margin:1.25rem 0;display:grid;gap:.35rem}
`;

const SIZES = `
@media (max-width:900px){
.panels{grid-template-columns:minmax(0,1fr)}
.verdicts thead{display:none}
.verdicts,.verdicts tbody{display:block}
.verdicts tr{display:grid;grid-template-columns:1.6rem repeat(4,minmax(0,1fr));gap:.15rem .5rem;padding:.7rem .8rem;border-top:1px solid var(--line);border-left:5px solid var(--arm)}
.verdicts tr:first-child{border-top:0;border-top-left-radius:11px}
.verdicts tr:last-child{border-bottom-left-radius:11px}
.verdicts tbody td,.verdicts tbody th{padding:0;border:0;width:auto}
.verdicts tbody th,.verdicts .says{grid-column:2/-1}
.verdicts .mark{grid-column:1}
.verdicts .mark{border:0}
.verdicts td.num{text-align:left;margin-top:.2rem;white-space:normal}
.verdicts td.num::before{content:attr(data-label) ' ';font-size:.8rem;font-weight:400;color:var(--soft)}
.verdicts td.num small{display:inline;margin-left:.4rem}
.verdicts td.objective{grid-column:2/-1}
.verdicts td.num:nth-last-child(2){grid-column:2/4}
.verdicts td.num:last-child{grid-column:4/-1}
}
@media (max-width:560px){
body{font-size:14.5px}
main,footer{padding:0 .9rem}
nav.top{padding:0 .9rem;gap:.7rem}
h1{font-size:2rem}h2{font-size:1.35rem}
.facts{grid-template-columns:1fr 1fr}
.facts strong{font-size:1.1rem}
.plot{height:220px}
.stack{grid-template-columns:7.5rem minmax(0,1fr) 4rem;font-size:.8rem}
.multiples{grid-template-columns:1fr 1fr;gap:.8rem}
}
@media print{
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
nav.top,.small,select.name::after{display:none!important}
body{font-size:10.5pt}
main,footer{max-width:none;padding:0}
.scenario{break-before:page;border:0;padding-top:0}
.panel,.verdicts tr,.cards section,.command{break-inside:avoid}
.scroll{overflow:visible}
.scroll table{font-size:7.5pt}
.scroll td,.scroll th{padding-right:.5rem}
.panels{grid-template-columns:1fr 1fr}
.plot{height:auto}
.plot canvas{position:static;width:100%!important;height:auto!important}
select.name{appearance:none;border:0}
}
`;

export const STYLES = [THEMES, BASE, FRAME, TABLES, CHARTS, SIZES].join('').replaceAll('\n', '');
