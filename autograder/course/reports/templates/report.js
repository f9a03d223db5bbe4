"use strict";
// Finds and sorts students. Without it the table stands as it is written, whole.
(() => {
  const AT_ONCE = 200;
  const table = document.querySelector(".students");
  const form = document.querySelector(".find");
  const rest = document.querySelector(".rest");
  const body = table.tBodies[0];
  const headings = [...table.tHead.rows[0].cells];
  const fold = text => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const text = cell => cell.textContent.trim();
  const students = [...body.rows].map(row => ({ row, name: fold(text(row.cells[0])), status: text(row.cells[1]) }));
  const inOrder = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  let shown = AT_ONCE, column = 0, sign = 1;

  function matches(student) {
    const { name, status, question, points } = form.elements;
    const cell = question.value && student.row.cells[question.value];
    return fold(name.value).split(/\s+/).every(word => student.name.includes(word))
      && (!status.value || student.status === status.value)
      && (!points.value || (cell ? [cell] : [...student.row.cells].slice(3)).some(one => one.classList.contains(points.value)));
  }

  function compare(one, other) {
    if (!one.value || !other.value) return !one.value - !other.value;  // who has nothing there comes last
    return sign * (column < 2 ? inOrder.compare(one.value, other.value) : one.value - other.value);
  }

  function show() {
    const found = students.filter(matches);
    body.replaceChildren(...found.slice(0, shown).map(student => student.row));
    form.querySelector("output").textContent = `${found.length.toLocaleString("en")} of ${students.length.toLocaleString("en")}`;
    rest.hidden = found.length <= shown;
    rest.textContent = `Show more of the ${(found.length - shown).toLocaleString("en")} others`;
  }

  function sortBy(index, first) {
    sign = index === column && !first ? -sign : index < 2 ? 1 : -1;
    column = index;
    for (const student of students) student.value = text(student.row.cells[index]);
    students.sort(compare);
    headings.forEach((heading, i) => i === index
      ? heading.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending")
      : heading.removeAttribute("aria-sort"));
    show();
  }

  headings.forEach((heading, index) => {
    const button = document.createElement("button");
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sortBy(index));
    heading.append(button);
  });
  form.addEventListener("input", () => { shown = AT_ONCE; show(); });
  form.addEventListener("submit", event => event.preventDefault());
  rest.addEventListener("click", () => { shown += 5 * AT_ONCE; show(); });
  form.hidden = false;
  sortBy(0, true);  // by the alphabet of who reads it

  // A link to a case leads into a closed card: open it.
  function open() {
    const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let part = place?.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    place?.scrollIntoView();
  }
  addEventListener("hashchange", open);
  open();
})();
