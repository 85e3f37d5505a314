// Runs axe-core, whose text is AXE, inside every frame of the harness, all its rules on, and writes the violations into
// #result by the frame's title.
'use strict';

async function look(frame) {
  frame.contentDocument.querySelectorAll('details').forEach(details => { details.open = true; });
  frame.contentWindow.eval(AXE);
  // The sketch of the login page has the colours of the organization, and the page says whether they can be read.
  const context = { exclude: [['.screen']] };
  const { violations, passes } = await frame.contentWindow.axe.run(context, { resultTypes: ['violations'] });
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(node => node.html.slice(0, 200)).join(' | ')}`);
  return { complaints: told, passes: passes.length };
}

addEventListener('load', async () => {
  const found = {};
  for (const frame of document.querySelectorAll('iframe')) {
    try { found[frame.title] = await look(frame); } catch (error) { found[frame.title] = { complaints: [String(error.stack)] }; }
  }
  document.getElementById('result').textContent = JSON.stringify(found);
});
