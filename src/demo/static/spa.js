// Three views in one document: the history API changes the address, a fetch brings the content.

const links = [...document.querySelectorAll("#views a")];
const shelf = document.getElementById("view");

function card(lamp) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.className = "card";
  link.href = `/product/${lamp.id}`;
  const picture = new Image(320, 240);
  picture.src = lamp.picture;
  picture.alt = "";
  const name = document.createElement("h2");
  name.textContent = lamp.name;
  const blurb = document.createElement("p");
  blurb.textContent = lamp.blurb;
  link.append(picture, name, blurb);
  item.append(link);
  return item;
}

// The view that the address names; the bare page is the first.
function current() {
  return links.find((link) => link.pathname === location.pathname) ?? links[0];
}

async function show() {
  const link = current();
  for (const other of links) other.setAttribute("aria-current", other === link ? "page" : "false");
  const number = links.indexOf(link) + 1;
  const response = await fetch(`/api/view/${number}`);
  const view = await response.json();
  // Somebody may have clicked on in the meantime: the last view wins.
  if (link !== current()) return;
  document.getElementById("view-title").textContent = view.title;
  shelf.replaceChildren(...view.lamps.map(card));
}

document.getElementById("views").addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  show();
});
addEventListener("popstate", show);
show();
