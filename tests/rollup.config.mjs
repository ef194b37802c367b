// Makes one script of extension/witness.js and of what it uses of web-vitals. Rollup leaves out what
// is never called; the table names what is called in vain, as we ask for no such thing.
import { fileURLToPath } from 'node:url';

const source = (path) => fileURLToPath(new URL(path, import.meta.url));
const VITALS = source('./node_modules/web-vitals/dist/modules/');
const FILES = {
  'web-vitals/attribution': `${VITALS}attribution/index.js`,
  'web-vitals/resources': `${VITALS}attribution/onLCP.js`,
  'web-vitals/selector': `${VITALS}lib/getSelector.js`,
};

// What goes, and what comes in its place.
const CUTS = [
  // No options are given.
  [/opts\.generateTarget\?\.\(\w+\) \?\? /g, ''],
  [/opts\.includeProcessedEventEntries/g, 'false'],
  [/!opts\.reportAllChanges/g, 'true'],
  // What is good or poor is said in Rust.
  [/, \w+Thresholds, opts\.reportAllChanges/g, ''],
  [/, thresholds, reportAllChanges/g, ''],
  [/ \|\| reportAllChanges/g, ''],
  [/metric\.rating = .*|rating: 'good'.*|delta: 0,|metric\.delta = delta;/g, ''],
  // Soft navigations are told by the witness, on all pages alike, and have no vitals.
  [/export const (checkSoftNavsEnabled) = [^]*/g, 'export const $1 = () => false, storeSoftNavEntry = () => {};'],
  [/[\w.]+ === '(soft-navigation|interaction-contentful-paint)'/g, 'false'],
  [/[\w.]+ !== 'soft-navigation'/g, 'true'],
  [/, metric\.navigationId, metric\.navigationInteractionId, metric\.navigationURL, getBFCacheRestoreTime\(\)/g, ''],
  [/, navigationId( = 0)?, navigationInteractionId, navigationURL, navigationStartTime/g, ''],
  [/const hardNavId = .*|navigation(Id|InteractionId|URL|StartTime): navigation.*/g, ''],
  [/metric\.navigationId = .*/g, ''],
  [/metric\.navigationStartTime/g, '0'],
  // Entries are facts of their own, long frames too.
  [/^ *(navigationEntry|fcpEntry|\w+Entr(y|ies): (\w+|\[\])|largestShiftSource: \w+),$/gm, ''],
  [/attribution\.lcp\w*Entry = \w+;/g, ''],
  [/observe\(\['long-animation-frame'\].*|attributeLoAFDetails\(attribution\);/g, ''],
  [/\w+: undefined,/g, ''],
  [/latestProcessingEnd = Math.*/g, ''],
  [/const longAnimationFrameEntries = .*/g, ''],
  [/const processedEventEntries = [^]*?}\);/g, ''],
  [/const intersectingLoAFs = new Set[^]*?(?=cleanupPending = false)/g, ''],
  // The witness observes resources already, and one observer costs less than two.
  [/observe\(\['resource'\], \(entries\) => \{\s*for \(const entry of entries\) (\{[^}]*\}\s*\})\s*\}\);/g, 'export const keep = (entry) => $1;'],
  [/resourceBufferSizeLimit/g, '50'],
  [/let 50 = .*|const DEFAULT_RESOURCE_BUFFER_SIZE = .*|if \(opts\.resourceBufferSize [^}]*}/g, ''],
  // Each has options of its own, and is called once: what belongs to them needs no register.
  [/initUnique\(opts, FCPEntryManager\)/g, '{}'],
  [/initUnique\(opts, (\w+)\)/g, '(opts._own ??= new $1())'],
  // Safari's are not meant.
  [/queueMicrotask\(\(\) => (\{[^]*?\n {16}\})\);/g, '$1'],
  [/'requestIdleCallback' in globalThis \? 1000 : 0/g, '1000'],
  [/globalThis\.requestIdleCallback \|\| setTimeout/g, 'requestIdleCallback'],
  [/globalThis\.cancelIdleCallback \|\| clearTimeout/g, 'cancelIdleCallback'],
  // Browsers that know interactions count them.
  [/export const getInteractionCount = [^]*/g, 'export const getInteractionCount = () => performance.interactionCount;'],
  [/initInteractionCountPolyfill\(\);/g, ''],
  [/import { initInteractionCountPolyfill.*/g, ''],
];

const unseen = new Set(CUTS);
const shorten = (code, id) => {
  if (!id.startsWith(VITALS)) return null;
  return CUTS.reduce((text, cut) => {
    const left = text.replace(...cut);
    if (left !== text) unseen.delete(cut);
    return left;
  }, code);
};

export default {
  input: source('../extension/witness.js'),
  plugins: [
    {
      name: 'web-vitals',
      resolveId: (id) => FILES[id],
      transform: shorten,
      buildEnd() {
        for (const [text] of unseen) this.error(`web-vitals has no ${text} any more`);
      },
    },
  ],
  treeshake: { propertyReadSideEffects: false, unknownGlobalSideEffects: false },
  output: {
    format: 'es',
    intro: 'const witness = (context, add, on, device, stops, heed, PerformanceObserver) => {',
    outro: '};',
  },
};
