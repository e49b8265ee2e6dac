/**
 * The page's own script, first part: draws the charts with Chart.js. It runs in the reader's browser and is kept as
 * text, because nothing else of the product runs there. Names of arms and series only ever reach canvas text.
 */
export const CLIENT_CHARTS = `'use strict';
const page = JSON.parse(document.getElementById('rehearsal-data').textContent);
const casesById = new Map(page.cases.map((entry) => [entry.id, entry]));
const drawn = new Map();

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
const short = (value) => {
  const size = Math.abs(value);
  if (size >= 1e9) return +(value / 1e9).toPrecision(3) + ' G';
  if (size >= 1e6) return +(value / 1e6).toPrecision(3) + ' M';
  if (size >= 1e4) return +(value / 1e3).toPrecision(3) + ' k';
  return String(+value.toPrecision(3));
};
const unitName = (unit) => (unit === '1' || unit === '' ? 'count' : unit);
const clock = (seconds) => seconds >= 600 ? Math.round(seconds / 60) + ' min' : Math.round(seconds) + ' s';

/** Phases as bands behind the lines, their names above them; faults as bars at the top; the objective as a dotted line. */
const phaseBands = {
  id: 'phaseBands',
  beforeDatasetsDraw(chart) {
    const { phases, faults, focus, target } = chart.options.rehearsal;
    const { ctx, chartArea: area, scales } = chart;
    ctx.save();
    ctx.font = '11px ' + Chart.defaults.font.family;
    ctx.textBaseline = 'bottom';
    let textEnd = -Infinity;
    for (const { name, startS, endS, measured } of phases || []) {
      const left = Math.max(area.left, scales.x.getPixelForValue(startS));
      const right = Math.min(area.right, scales.x.getPixelForValue(endS));
      if (right <= left) continue;
      if (name === focus || !measured) {
        ctx.fillStyle = colour(name === focus ? 'shade' : 'idle');
        ctx.fillRect(left, area.top, right - left, area.bottom - area.top);
      }
      ctx.fillStyle = colour('line');
      ctx.fillRect(left, area.top, 1, area.bottom - area.top);
      ctx.fillStyle = colour(name === focus ? 'bad' : 'soft');
      const width = ctx.measureText(name).width;
      /* A short phase's name may reach into the next one, whose own name then begins later. */
      const start = Math.max(left + 4, textEnd + 7);
      if (start === left + 4 || start + width <= right) {
        ctx.fillText(name, start, area.top - 1);
        textEnd = start + width;
      }
    }
    ctx.fillStyle = colour('bad');
    for (const { startS, endS } of faults || []) {
      const left = Math.max(area.left, scales.x.getPixelForValue(startS));
      const right = Math.min(area.right, scales.x.getPixelForValue(endS));
      if (right > left) ctx.fillRect(left, area.top, Math.max(2, right - left), 3);
    }
    if (target !== null && target !== undefined) {
      const y = scales.y.getPixelForValue(target);
      if (y >= area.top && y <= area.bottom) {
        ctx.strokeStyle = colour('ink');
        ctx.setLineDash([1, 3]);
        ctx.beginPath();
        ctx.moveTo(area.left, y);
        ctx.lineTo(area.right, y);
        ctx.stroke();
        ctx.fillStyle = colour('soft');
        ctx.textAlign = 'right';
        ctx.fillText('objective ' + short(target), area.right - 2, y - 1);
      }
    }
    ctx.restore();
  },
};

function dataset(arm, index, points) {
  return {
    label: arm.name,
    data: points,
    armIndex: index,
    tone: arm.tone,
    borderColor: colour(arm.tone),
    backgroundColor: colour(arm.tone),
    borderDash: arm.dash,
    borderWidth: arm.width,
    pointRadius: 0,
    pointHoverRadius: 3,
    spanGaps: false,
    clip: 4,
  };
}

/** Where the arms lie decades apart a linear axis would show only the worst. */
function wantsLog(unit, lines) {
  if (unit !== 'ms') return false;
  const heights = lines.map((points) => Math.max(...points.map((p) => p.y || 0))).filter((y) => y > 0);
  return heights.length > 1 && Math.max(...heights) / Math.min(...heights) > 8;
}

/** Powers of ten, and 2 and 5 between them where there is room; the ends a little outside of the data. */
function logRange(lines) {
  const values = lines.flatMap((points) => points.map((p) => p.y)).filter((y) => y > 0);
  if (values.length === 0) return { min: 1, max: 10, steps: [1, 2, 5] };
  const min = Math.min(...values) / 1.25;
  const max = Math.max(...values) * 1.25;
  return { min, max, steps: max / min > 300 ? [1] : [1, 2, 5] };
}

function logTicks({ min, max, steps }) {
  const ticks = [];
  for (let exponent = Math.floor(Math.log10(min)); exponent <= Math.log10(max); exponent++) {
    for (const step of steps) {
      const value = step * 10 ** exponent;
      if (value >= min && value <= max) ticks.push({ value });
    }
  }
  return ticks;
}

function valueAxis(unit, range, highest) {
  const log = range !== null;
  /* A share cannot pass 100 %; an axis to 150 would say that it can. */
  const share = unit === '%' && highest > 60 && highest <= 100;
  return {
    type: log ? 'logarithmic' : 'linear',
    beginAtZero: !log,
    ...(log ? { min: range.min, max: range.max, afterBuildTicks(axis) { axis.ticks = logTicks(range); } } : {}),
    grace: log || share ? 0 : '5%',
    ...(share ? { max: 100 } : {}),
    suggestedMax: unit === '%' ? 1 : undefined,
    border: { display: false },
    grid: { color: colour('line'), tickLength: 0 },
    title: { display: true, text: unitName(unit) + (log ? ', log scale' : ''), color: colour('soft'), font: { size: 11 } },
    ticks: {
      color: colour('soft'),
      padding: 6,
      maxTicksLimit: 6,
      autoSkip: !log,
      callback: short,
    },
  };
}

function options(unit, range, extra) {
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    normalized: true,
    parsing: false,
    layout: { padding: { top: 14, right: 6 } },
    interaction: { mode: 'nearest', axis: 'x', intersect: false },
    plugins: {
      legend: { display: false },
      tooltip: {
        itemSort: (a, b) => b.parsed.y - a.parsed.y,
        callbacks: {
          title: (items) => (items.length ? extra.title(items[0].parsed.x) : ''),
          label: (item) => ' ' + item.dataset.label + ': ' + short(item.parsed.y) + ' ' + unit,
        },
      },
    },
    ...extra.options,
    scales: { x: { grid: { display: false }, border: { color: colour('line') }, ...extra.x }, y: valueAxis(unit, range, extra.highest) },
  };
}

function seriesConfig(entry, series) {
  const lines = series.lines.map((line) =>
    line.values.map((y, i) => ({ x: line.start + (i + 0.5) * line.step, y })),
  );
  const range = wantsLog(series.unit, lines) ? logRange(lines) : null;
  const end = entry.phases.length ? entry.phases[entry.phases.length - 1].endS : undefined;
  return {
    type: 'line',
    data: { datasets: series.lines.map((line, i) => dataset(entry.arms[line.arm], line.arm, lines[i])) },
    options: options(series.unit, range, {
      highest: Math.max(...lines.flatMap((points) => points.map((p) => p.y || 0))),
      title: (x) => 'at ' + Math.round(x) + ' s',
      options: { rehearsal: { phases: entry.phases, faults: entry.faults, focus: entry.shaded, target: series.target } },
      x: { type: 'linear', min: 0, max: end, ticks: { color: colour('soft'), maxTicksLimit: 8, maxRotation: 0, callback: clock } },
    }),
    plugins: [phaseBands],
  };
}

/** Percentiles whose places on the axis log10(1 / (1 - q)) are marked. */
const MARKS = [[0, '0'], [Math.log10(2), '50'], [1, '90'], [2, '99'], [3, '99.9'], [4, '99.99'], [5, '99.999']];

function spectrumConfig(entry, spectrum) {
  const lines = spectrum.lines.map((line) => line.points.map(([x, y]) => ({ x, y })));
  const end = Math.max(1, ...lines.map((points) => (points.length ? points[points.length - 1].x : 0)));
  return {
    type: 'line',
    data: { datasets: spectrum.lines.map((line, i) => dataset(entry.arms[line.arm], line.arm, lines[i])) },
    options: options('ms', logRange(lines), {
      title: (x) => 'p' + +(100 * (1 - 10 ** -x)).toPrecision(x > 2 ? 5 : 3),
      options: { rehearsal: { phases: [], focus: '', target: null } },
      x: {
        type: 'linear',
        min: 0,
        max: end,
        grid: { color: colour('line'), tickLength: 4 },
        title: { display: true, text: 'percentile of requests', color: colour('soft'), font: { size: 11 } },
        afterBuildTicks(axis) {
          axis.ticks = MARKS.filter(([x]) => x <= end + 1e-6).map(([value]) => ({ value }));
        },
        ticks: {
          color: colour('soft'),
          autoSkip: false,
          maxRotation: 0,
          callback: (value) => (MARKS.find(([x]) => Math.abs(x - value) < 1e-6) || ['', ''])[1],
        },
      },
    }),
    plugins: [phaseBands],
  };
}

function draw(figure) {
  const entry = casesById.get(figure.closest('[data-case]').dataset.case);
  const select = figure.querySelector('select');
  const kind = figure.dataset.chart;
  const chosen = (kind === 'series' ? entry.series : entry.spectra)[Number(select.value)];
  const old = drawn.get(figure);
  if (old) old.destroy();
  const chart = new Chart(
    figure.querySelector('canvas'),
    kind === 'series' ? seriesConfig(entry, chosen) : spectrumConfig(entry, chosen),
  );
  drawn.set(figure, chart);
  applyVisibility(figure, chart);
  return chosen;
}

function applyVisibility(figure, chart) {
  const hidden = new Set();
  for (const button of figure.closest('[data-case]').querySelectorAll('.legend button')) {
    if (button.getAttribute('aria-pressed') === 'false') hidden.add(Number(button.dataset.arm));
  }
  chart.data.datasets.forEach((set, i) => chart.setDatasetVisibility(i, !hidden.has(set.armIndex)));
  chart.update('none');
}
`;
