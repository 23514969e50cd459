'use strict';
// Sorts and filters tables. Without it the page shows the same, in the order of the report.
for (const data of document.querySelectorAll('.data')) {
  const table = data.querySelector('table');
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  const filters = [];
  const textOf = (row, column) => row.cells[column].textContent;

  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    head.replaceChildren(button);
    head.ariaSort = 'none';
    button.addEventListener('click', () => {
      const down = head.ariaSort === 'ascending';
      heads.forEach(other => { other.ariaSort = 'none'; });
      head.ariaSort = down ? 'descending' : 'ascending';
      const keyed = rows.map((row, index) => ({ row, index, text: textOf(row, column), sort: row.cells[column].dataset.sort }));
      keyed.sort((a, b) => {
        const difference = a.sort !== undefined && b.sort !== undefined
          ? a.sort - b.sort
          : (a.sort === undefined) - (b.sort === undefined) || a.text.localeCompare(b.text, 'en', { numeric: true });
        return (down ? -difference : difference) || a.index - b.index;
      });
      body.append(...keyed.map(one => one.row));
    });
  });

  if (rows.length < 8) {
    continue;
  }

  const tools = document.createElement('div');
  tools.className = 'tools';
  const count = document.createElement('output');
  const apply = () => {
    let shown = 0;
    for (const row of rows) {
      row.hidden = !filters.every(filter => filter(row));
      shown += row.hidden ? 0 : 1;
    }

    count.textContent = shown === rows.length ? rows.length + ' rows' : shown + ' of ' + rows.length + ' rows';
  };
  const add = (title, input) => {
    const label = document.createElement('label');
    label.append(title + ' ', input);
    tools.append(label);
    input.addEventListener('input', apply);
  };

  const search = document.createElement('input');
  search.type = 'search';
  filters.push(row => row.textContent.toLowerCase().includes(search.value.toLowerCase()));
  add('Search', search);
  heads.forEach((head, column) => {
    if (head.dataset.choice === undefined) {
      return;
    }

    const choice = document.createElement('select');
    choice.append(new Option('all', ''));
    for (const value of [...new Set(rows.map(row => textOf(row, column)))].sort()) {
      choice.append(new Option(value || '(empty)', '=' + value));
    }

    filters.push(row => choice.value === '' || choice.value === '=' + textOf(row, column));
    add(head.textContent, choice);
  });
  tools.append(count);
  data.prepend(tools);
  apply();
}

// Unfolds all details of a section at once, and all of them for paper.
for (const section of document.querySelectorAll('section')) {
  const details = section.querySelectorAll(':scope > details');
  if (details.length > 1) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'unfold';
    button.textContent = 'Unfold all';
    button.addEventListener('click', () => {
      const open = button.textContent === 'Unfold all';
      details.forEach(detail => { detail.open = open; });
      button.textContent = open ? 'Fold all' : 'Unfold all';
    });
    details[0].before(button);
  }
}

addEventListener('beforeprint', () => {
  for (const detail of document.querySelectorAll('details')) {
    detail.open = true;
  }
});
