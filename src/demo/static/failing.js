// Asks for something that the server cannot answer, and shows what it said.

async function ask() {
  const step = document.getElementById("stock");
  const response = await fetch("/api/fails");
  const { error } = await response.json();
  step.className = response.ok ? "done" : "failed";
  step.querySelector(".outcome").textContent = `${response.status}: ${error}`;
}

document.getElementById("again").addEventListener("click", ask);
addEventListener("load", ask);
