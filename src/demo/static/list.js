// Filters the list of lamps as one types. Everything is in the page already; nothing is asked.

const field = document.getElementById("filter");
const lamps = [...document.querySelectorAll("#lamps > li")];

function filter() {
  const wanted = field.value.trim().toLowerCase();
  for (const lamp of lamps) lamp.hidden = !lamp.textContent.toLowerCase().includes(wanted);
  document.getElementById("none").hidden = lamps.some((lamp) => !lamp.hidden);
}

field.addEventListener("input", filter);
// A browser that restores the page restores the field, too.
filter();
