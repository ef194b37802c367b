// Fails on purpose, in the two ways that a page can fail without anybody noticing.

function dim(lamp) {
  return lamp.switch.level;
}

function throwError() {
  dim({ name: "Night Shift" });
}

async function reject() {
  throw new Error("the dimmer does not answer");
}

document.getElementById("throw").addEventListener("click", throwError);
document.getElementById("reject").addEventListener("click", () => void reject());

addEventListener("load", () => {
  // A task of its own, so that the error does not keep the rejection from happening.
  setTimeout(throwError);
  void reject();
});
