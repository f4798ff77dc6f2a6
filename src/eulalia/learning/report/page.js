"use strict";
const rows = [...document.querySelectorAll("tr[data-rewrite]")];
const save = document.querySelector("#save");
const count = document.querySelector("#count");

function decisions() {
  return rows.flatMap((row) => {
    const chosen = row.querySelector("input:checked");
    if (!chosen || !chosen.value) return [];
    return [{ ...JSON.parse(row.dataset.rewrite), decision: chosen.value }];
  });
}

function tell() {
  const made = decisions().length;
  save.disabled = made === 0;
  count.textContent = made === 1 ? "1 decision" : `${made} decisions`;
}

document.addEventListener("change", tell);
document.querySelector("#search").addEventListener("input", (event) => {
  const wanted = event.target.value.toLowerCase();
  for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
});
save.addEventListener("click", () => {
  const revision = Number(document.body.dataset.revision);
  const text = JSON.stringify({ revision, decisions: decisions() }, null, 1);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text + "\n"], { type: "application/json" }));
  link.download = "decisions.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
});
tell();
