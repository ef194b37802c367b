// Checks out as soon as the page has loaded: cart, delivery and quote side by side, then the order.

const steps = document.getElementById("checkout");
const euro = (cents) => `€ ${(cents / 100).toFixed(2)}`;

function settle(name, outcome, content) {
  const step = document.getElementById(name);
  step.className = outcome;
  step.querySelector(".outcome").replaceChildren(content);
}

async function json(response) {
  const body = await response.json();
  if (!response.ok) throw new Error(`${response.status}: ${body.error}`);
  return body;
}

function bill({ lines, cents }) {
  const table = document.createElement("table");
  table.className = "bill";
  const total = { name: "Total", quantity: "", cents };
  for (const line of [...lines, total]) {
    const row = table.insertRow();
    row.insertCell().textContent = line.quantity === "" ? line.name : `${line.quantity} × ${line.name}`;
    const price = row.insertCell();
    price.className = "number";
    price.textContent = euro(line.cents);
  }
  return table;
}

async function cart() {
  return bill(await fetch("/api/cart").then(json));
}

// The old way, which many pages still use.
function delivery() {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", "/api/delivery");
    request.responseType = "json";
    request.onload = () => {
      if (request.status !== 200) return reject(new Error(`${request.status}`));
      resolve(`${request.response.day}, ${request.response.slot}`);
    };
    request.onerror = () => reject(new Error("the request failed"));
    request.send();
  });
}

// A simple request: no preflight, as long as no script adds a header.
async function quote() {
  const asked = `${steps.dataset.pricing}/api/quote?currency=USD`;
  const { millionths } = await fetch(asked).then(json);
  return `€ 1.00 is $ ${(millionths / 1e6).toFixed(3)}`;
}

async function order() {
  const placed = await fetch("/api/order", { method: "POST" }).then(json);
  return `Order ${placed.order} placed, ${euro(placed.cents)} charged (${placed.reference})`;
}

async function step(name, run) {
  try {
    settle(name, "done", await run());
  } catch (error) {
    settle(name, "failed", error.message);
  }
}

addEventListener("load", async () => {
  await Promise.all([step("cart", cart), step("delivery", delivery), step("quote", quote)]);
  await step("order", order);
});
