// Draws the toast in a closed shadow tree, where the page's styles and scripts do not reach.
// Wording and mood come from the background, and when it goes; only what a person does goes back.
(() => {
  'use strict';
  const CSS = `
:host { all: initial !important; display: block !important; position: fixed !important;
  inset: auto 20px 20px auto !important; }
section { display: grid; grid-template-columns: 20px 1fr 20px; gap: 0 12px; position: relative;
  box-sizing: border-box; width: 328px; max-width: calc(100vw - 40px); padding: 14px 16px;
  border: 1px solid #8885; overflow-wrap: anywhere; direction: ltr; color-scheme: light dark;
  color: CanvasText; background: Canvas; box-shadow: 0 16px 40px -8px #0008;
  font: 13px/18px system-ui, sans-serif; }
button { all: unset; }
section, button { border-radius: 12px; }
p { margin: 2px 0 0; opacity: 0.75; font-variant-numeric: tabular-nums; }
b { font-weight: 600; }
b + button { position: absolute; inset: 0; }
section > b { grid-column: 2; margin-top: 8px; }
:is(p, b):empty { display: none; }
svg { display: block; width: 20px; height: 20px; margin-top: -1px; fill: none; stroke: currentColor;
  stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
section > b, .busy > svg { color: light-dark(#2459d3, #8ab0ff); }
.done > svg { color: light-dark(#12805c, #3ecf8e); }
.failed > svg { color: light-dark(#c4420e, #ff9a5c); }
button:focus-visible { outline: 2px solid; }
button:hover { background: #8882; }
.close { grid-area: 1 / 3; position: relative; width: 24px; height: 24px; margin: -3px -6px; opacity: 0.75; }
.close svg { width: 12px; height: 12px; margin: 6px; }
@keyframes turn { to { rotate: 1turn; } }
@media (prefers-reduced-motion: no-preference) { .busy > svg { animation: turn 1s linear infinite; } }
@media print { :host { display: none !important; } }`;
  const SHAPES = {
    busy: 'M10 2.5A7.5 7.5 0 1 1 2.5 10',
    done: 'M10 2.5a7.5 7.5 0 1 0 0 15a7.5 7.5 0 1 0 0-15M6.7 10.2l2.3 2.3 4.3-4.8',
    failed: 'M10 3l7.5 13.5h-15zM10 8.5v3.2M10 14.2v.1',
  };

  let host, parts, say, lives, gone;

  const make = (name, parent) => parent.appendChild(document.createElement(name));

  const draws = (parent) => {
    const space = 'http://www.w3.org/2000/svg';
    const svg = parent.appendChild(document.createElementNS(space, 'svg'));
    svg.setAttribute('viewBox', '0 0 20 20');
    svg.ariaHidden = true;
    return svg.appendChild(document.createElementNS(space, 'path'));
  };

  const dismiss = () => {
    gone = true; // for this document: what is on its way must not bring it back
    draw();
    say('dismiss');
  };

  // Only what a person does counts: a page can make up events, but not trusted ones.
  const on = (target, name, act) => target.addEventListener(name, (event) => event.isTrusted && act(event));

  const escape = ({ key }) => key === 'Escape' && dismiss();

  // Outside of it the key is the page's: it means the toast only below the pointer, or where nothing
  // in the page has the focus and nobody took it. The page hears it all the same.
  const overhear = (event) => {
    if (!host || !event.isTrusted || event.defaultPrevented) return;
    if (used() || document.activeElement === document.body) escape(event);
  };

  // Of all that listen it is the last, also where a page begins to listen later than we.
  const hear = () => {
    removeEventListener('keydown', overhear);
    addEventListener('keydown', overhear);
  };

  const used = () => host?.matches(':hover, :focus-within');

  const build = () => {
    host = document.createElement('tracelight-toast');
    host.popover = 'manual'; // the top layer: above everything, whatever the page positions
    const root = host.attachShadow({ mode: 'closed' });
    try {
      // The page's policy forbids a style element, not this.
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
      root.adoptedStyleSheets = [sheet];
    } catch {
      make('style', root).textContent = CSS; // Firefox refuses the above to content scripts
    }
    const main = make('section', root);
    main.ariaLabel = 'Tracelight';
    const shape = draws(main);
    const status = make('div', main);
    status.role = 'status';
    const [title, detail] = [make('b', status), make('p', status)];
    const label = make('b', main);
    label.ariaHidden = true;
    const open = make('button', main);
    const close = make('button', main);
    close.className = 'close';
    close.ariaLabel = 'Dismiss';
    draws(close).setAttribute('d', 'M3 3l14 14M17 3L3 17');
    on(open, 'click', () => say('open'));
    on(close, 'click', dismiss);
    on(main, 'keydown', (event) => {
      event.stopPropagation(); // not a shortcut of the page's
      escape(event);
    });
    parts = { main, shape, title, detail, label, open };
  };

  const attach = () => {
    const place = document.documentElement;
    if (!host || host.isConnected || !place) return;
    place.append(host);
    watcher.observe(place, { childList: true });
    addEventListener('keydown', hear, true); // again, because document.open takes it off
    host.showPopover();
  };

  // A page that replaces its tree gets the toast back, once for each thing it has to say.
  const watcher = new MutationObserver(() => {
    if (host && !host.isConnected && lives-- > 0) attach();
  });
  watcher.observe(document, { childList: true });

  const write = (node, text) => {
    if (node.textContent !== text) node.textContent = text; // or it would be read out again
  };

  // Whether it can be seen.
  const draw = (toast, speak) => {
    if (!toast || gone) {
      if (gone || !speak || !used()) {
        host?.remove();
        host = undefined;
      }
      return true;
    }
    say = speak;
    lives = 1;
    if (!host) build();
    attach();
    const { mood, title, detail, action } = toast;
    parts.main.className = mood;
    parts.shape.setAttribute('d', SHAPES[mood]);
    // While it is busy the numbers change all the time: seen, not read out.
    parts.detail.ariaLive = mood === 'busy' ? 'off' : 'polite';
    write(parts.title, title);
    write(parts.detail, detail);
    write(parts.label, action ? `${action} \u2192` : '');
    parts.open.hidden = !action;
    parts.open.ariaLabel = `${action}: ${title}`;
    return host.isConnected && !document.hidden;
  };

  globalThis.tracelight = { draw };
})();
