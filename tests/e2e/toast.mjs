// Reads and clicks the toast through the accessibility tree, as a screen reader does: it is in a
// closed shadow tree, where neither the page nor a test's selectors reach.

import { until } from './until.mjs';

/** What the toast in a page says, as one line; empty while there is none. */
export async function readToast(page) {
  return withTree(page, (nodes) => {
    const status = nodes.find((node) => node.role?.value === 'status' && !node.ignored);
    return status ? text(nodes, status) : '';
  });
}

/**
 * Waits until the toast says something that matches, and resolves to all that it said on the way,
 * each once, in order. `hear` is told at once.
 */
export async function followToast(page, pattern, timeout = 60_000, hear = () => {}) {
  const said = [];
  const end = Date.now() + timeout;
  while (Date.now() < end) {
    // The page may be between two documents, and then there is nothing to read.
    const line = await readToast(page).catch(() => '');
    if (line && line !== said.at(-1)) {
      said.push(line);
      hear(line);
    }
    if (pattern.test(line)) return said;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the toast never matched ${pattern}; it said: ${said.join(' | ') || 'nothing'}`);
}

/** Clicks the toast's button of that name with the mouse, so that the click is a trusted one. */
export async function clickToast(page, name) {
  // The toast is drawn and the tree of accessible names follows a moment later.
  const look = () => withTree(page, async (nodes, session) => {
    const named = (node) => node.role?.value === 'button' && name.test(node.name?.value ?? '');
    const button = nodes.find(named);
    if (!button) return undefined;
    const { model } = await session.send('DOM.getBoxModel', {
      backendNodeId: button.backendDOMNodeId,
    });
    return model.content;
  });
  const box = await until(`a button of the page is named ${name}`, look);
  const [left, top, right, , , bottom] = box;
  await page.mouse.click((left + right) / 2, (top + bottom) / 2);
}

async function withTree(page, use) {
  const session = await page.context().newCDPSession(page);
  try {
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    return await use(nodes, session);
  } finally {
    await session.detach().catch(() => {});
  }
}

function text(nodes, top) {
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const gather = (node) => {
    if (node.role?.value === 'StaticText') return [node.name?.value ?? ''];
    return (node.childIds ?? []).flatMap((id) => (byId.has(id) ? gather(byId.get(id)) : []));
  };
  return gather(top).join(' ').trim();
}
