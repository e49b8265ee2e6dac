/** The page's own script, second part: when charts are drawn, and what buttons and menus do. */
export const CLIENT_PAGE = `
Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
Chart.defaults.font.size = 11.5;
const root = document.documentElement;
const figures = [...document.querySelectorAll('[data-chart]')];
const redraw = () => { for (const figure of drawn.keys()) draw(figure); };

const dark = () => matchMedia('(prefers-color-scheme: dark)').matches;
const asked = new URLSearchParams(location.search).get('theme');
if (asked === 'dark' || asked === 'light') root.dataset.theme = asked;
const themeButton = document.querySelector('[data-theme-button]');
const themeNow = () => root.dataset.theme || (dark() ? 'dark' : 'light');
function nameTheme() { themeButton.textContent = themeNow() === 'dark' ? 'light' : 'dark'; }
themeButton.hidden = false;
nameTheme();
themeButton.addEventListener('click', () => {
  root.dataset.theme = themeNow() === 'dark' ? 'light' : 'dark';
  nameTheme();
  redraw();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { nameTheme(); redraw(); });

/* A page with many arms has dozens of charts: what is in view is drawn at once, the others when they come near. */
const AHEAD = 800;
for (const figure of figures) if (figure.getBoundingClientRect().top < innerHeight + AHEAD) draw(figure);
if ('IntersectionObserver' in window) {
  const watcher = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      watcher.unobserve(target);
      if (!drawn.has(target)) draw(target);
    }
  }, { rootMargin: AHEAD + 'px' });
  for (const figure of figures) if (!drawn.has(figure)) watcher.observe(figure);
} else {
  for (const figure of figures) draw(figure);
}

for (const figure of figures) {
  const table = figure.querySelector('.data');
  const first = figure.querySelector('select').value;
  figure.querySelector('select').addEventListener('change', (event) => {
    const chosen = draw(figure);
    /* The table shows what was drawn first; a table that belongs to another chart would mislead. */
    table.hidden = event.target.value !== first;
    const unit = figure.querySelector('[data-unit]');
    if (unit) {
      unit.textContent = unitName(chosen.unit);
      figure.querySelector('[data-note]').textContent = chosen.note ? '; ' + chosen.note : '';
    }
    figure.querySelector('canvas').setAttribute('aria-label', (chosen.name || 'Latency of ' + chosen.operation) + ', one line an arm');
  });
}

for (const button of document.querySelectorAll('.legend button')) {
  button.addEventListener('click', () => {
    button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') === 'false'));
    const section = button.closest('[data-case]');
    for (const [figure, chart] of drawn) if (section.contains(figure)) applyVisibility(figure, chart);
  });
}

for (const button of document.querySelectorAll('[data-toggle=share]')) {
  button.hidden = false;
  button.addEventListener('click', () => {
    const shares = button.closest('figure').classList.toggle('shares');
    button.setAttribute('aria-pressed', String(shares));
    button.textContent = shares ? 'as milliseconds' : 'as shares';
  });
}

async function copyText(text, code) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const range = document.createRange();
    range.selectNodeContents(code);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return document.execCommand('copy');
  }
}
for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const code = button.previousElementSibling;
    const copied = await copyText(code.textContent, code);
    button.textContent = copied ? 'copied' : 'press Ctrl-C';
    setTimeout(() => { button.textContent = 'copy'; }, 1500);
  });
}

/* On paper everything is open, drawn and light. */
let before = null;
addEventListener('beforeprint', () => {
  if (before) return;
  const closed = [...document.querySelectorAll('details:not([open])')].filter((d) => !d.matches('.data'));
  before = { closed, theme: root.dataset.theme };
  for (const details of closed) details.open = true;
  root.dataset.theme = 'light';
  for (const figure of figures) draw(figure);
});
addEventListener('afterprint', () => {
  if (!before) return;
  for (const details of before.closed) details.open = false;
  if (before.theme) root.dataset.theme = before.theme;
  else delete root.dataset.theme;
  before = null;
  redraw();
});
`;
