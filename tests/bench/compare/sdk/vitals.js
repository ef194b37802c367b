// The web-vitals package by itself; its figures are kept for the page after this one, because the last
// of them are told when the page is left.
import { onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals';

const figures = {};
const note = ({ name, value }) => {
  figures[name] = value;
  sessionStorage.setItem('seen', JSON.stringify(figures));
};
for (const on of [onCLS, onFCP, onINP, onLCP, onTTFB]) on(note);
globalThis.seen = () => figures;
