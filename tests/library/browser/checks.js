// Looks into every frame of the harness and writes what it finds into #result, by the frame's title:
// { complaints: [sentence], background, texts: how many were read, reached: how many can be reached by keyboard }.
'use strict';

const OURS = new Set(('html head meta title style body a header p h1 h2 h3 h4 ul ol li dl dt dd div pre code nav main section article span ' +
  'table caption thead tbody tr th td details summary footer em strong del ins wbr').split(' '));

// Relative luminance and contrast as WCAG 2.1 defines them.
function luminance([r, g, b]) {
  const [x, y, z] = [r, g, b].map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
}
function contrast(one, two) {
  const [high, low] = [luminance(one), luminance(two)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}
const channels = color => color.match(/[\d.]+/g).map(Number);

function backgroundOf(element, view) {
  for (let at = element; at; at = at.parentElement) {
    const color = channels(view.getComputedStyle(at).backgroundColor);
    if (color.length === 3 || color[3] === 1) return color;
  }
  return [255, 255, 255];
}

const called = element => `${element.localName}${element.id ? '#' + element.id : ''} "${element.textContent.trim().slice(0, 40)}"`;
const isHidden = (element, view) => element.closest('thead') && view.getComputedStyle(element.closest('thead')).position === 'absolute';

function readable(doc, view, say) {
  let texts = 0;
  const walker = doc.createTreeWalker(doc.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    // The sketch has the colours of the organization; the page says of them whether they can be read.
    if (!walker.currentNode.data.trim() || element.closest('.screen')) continue;
    texts += 1;
    const figure = contrast(channels(view.getComputedStyle(element).color), backgroundOf(element, view));
    if (figure < 4.5) say(`contrast ${figure.toFixed(2)} of ${called(element)}`);
  }
  return texts;
}

function fits(doc, view, say) {
  const width = doc.documentElement.clientWidth;
  if (doc.documentElement.scrollWidth > width) say(`wider than the window: ${doc.documentElement.scrollWidth}`);
  for (const element of doc.body.querySelectorAll('*')) {
    const box = element.getBoundingClientRect();
    if (box.right > width + 1 && !isHidden(element, view)) say(`wider than the window: ${called(element)} to ${box.right}`);
    if (element.scrollWidth > element.clientWidth + 1 && view.getComputedStyle(element).overflowX !== 'visible' &&
        element.tabIndex < 0 && !isHidden(element, view)) say(`scrolls and cannot be reached: ${called(element)}`);
  }
}

// A column that is too narrow breaks words, and a heading or a lead without space above looks like a part of what is above it.
function laidOut(doc, view, say) {
  for (const cell of doc.body.querySelectorAll('th, td')) {
    if (isHidden(cell, view) || !cell.textContent.trim()) continue;
    const text = doc.createRange();
    text.selectNodeContents(cell);
    const lines = new Set([...text.getClientRects()].map(box => Math.round(box.top))).size;
    if (lines > 2 && cell.textContent.trim().length / lines < 6) say(`squeezed: ${called(cell)}`);
  }
  for (const start of doc.body.querySelectorAll('h2, h3, h4, .lead')) {
    const above = start.previousElementSibling;
    if (above && start.getBoundingClientRect().top - above.getBoundingClientRect().bottom < 8) say(`no space above ${called(start)}`);
  }
}

function reachable(doc, view, say) {
  let reached = 0;
  for (const element of doc.querySelectorAll('a, summary, button, input')) {
    if (!element.textContent.trim()) say(`${element.localName} has no name`);
    element.focus();
    if (element.tabIndex < 0 || doc.activeElement !== element) { say(`cannot be reached: ${called(element)}`); continue; }
    const { outlineStyle, outlineWidth } = view.getComputedStyle(element);
    if (outlineStyle === 'none' || parseFloat(outlineWidth) < 2) say(`no visible focus: ${called(element)}`);
    const box = element.getBoundingClientRect();
    if (box.width < 1 || box.height < 1 || box.left < 0 || box.bottom <= 0) say(`no visible focus, off the page: ${called(element)}`);
    reached += 1;
  }
  for (const link of doc.querySelectorAll('a')) {
    const href = link.getAttribute('href') || '';
    if (href.startsWith('https://github.com/widget/org/') && link.rel === 'noreferrer noopener') continue;
    if (!href.startsWith('#') || !doc.getElementById(href.slice(1))) say(`leads nowhere on this page: ${called(link)}`);
  }
  return reached;
}

function structured(doc, say) {
  if (!doc.documentElement.lang) say('no language');
  if (!doc.title) say('no title');
  for (const one of ['body > header', 'main', 'body > footer', 'h1']) {
    const number = doc.querySelectorAll(one).length;
    if (number !== 1) say(`${number} of ${one}`);
  }
  let level = 0;
  for (const heading of doc.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
    const here = Number(heading.localName[1]);
    if (here > level + 1) say(`h${here} behind h${level}`);
    if (!heading.textContent.trim()) say(`${heading.localName} has no name`);
    level = here;
  }
  const ids = [...doc.querySelectorAll('[id]')].map(element => element.id);
  if (new Set(ids).size !== ids.length) say('an id is there twice');
  for (const element of doc.querySelectorAll('[aria-labelledby]')) {
    const labels = element.getAttribute('aria-labelledby').split(' ').map(id => doc.getElementById(id));
    if (!labels.every(label => label && label.textContent.trim())) say(`labelled by nothing: ${called(element)}`);
  }
  for (const table of doc.querySelectorAll('table')) {
    if (!table.caption) say('a table has no caption');
    if ([...table.querySelectorAll('th')].some(th => !th.scope)) say('a th has no scope');
  }
}

function ours(doc, view, say) {
  for (const element of doc.querySelectorAll('*')) {
    if (!OURS.has(element.localName)) say(`not of our making: ${element.localName}`);
    for (const { name } of element.attributes) {
      if (name.startsWith('on') || name === 'style' || name === 'src') say(`not of our making: ${name} of ${element.localName}`);
    }
  }
  for (const entry of view.performance.getEntriesByType('resource')) say(`was loaded: ${entry.name}`);
}

function look(frame) {
  const complaints = [];
  const say = complaint => complaints.push(complaint);
  const [doc, view] = [frame.contentDocument, frame.contentWindow];
  // Looked at before anything is opened, and nothing folded stays unseen.
  ours(doc, view, say);
  doc.querySelectorAll('details').forEach(details => { details.open = true; });
  structured(doc, say);
  fits(doc, view, say);
  laidOut(doc, view, say);
  const texts = readable(doc, view, say);
  const reached = reachable(doc, view, say);
  return { complaints, background: view.getComputedStyle(doc.body).backgroundColor, texts, reached };
}

addEventListener('load', () => {
  const found = {};
  for (const frame of document.querySelectorAll('iframe')) {
    try { found[frame.title] = look(frame); } catch (error) { found[frame.title] = { complaints: [String(error.stack)] }; }
  }
  document.getElementById('result').textContent = JSON.stringify(found);
});
