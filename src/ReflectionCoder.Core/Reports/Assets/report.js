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

// Filters cards by text, by choices and by ranges, and turns their marks off.
for (const block of document.querySelectorAll('.cards')) {
  const cards = [...block.querySelectorAll(':scope > .card')].map(card => ({
    card,
    text: card.textContent.toLowerCase(),
    choices: JSON.parse(card.dataset.choices).map(values => JSON.parse(values)),
    ranges: JSON.parse(card.dataset.ranges),
  }));
  const filters = [];
  const tools = document.createElement('div');
  tools.className = 'tools';
  const count = document.createElement('output');
  const apply = () => {
    let shown = 0;
    for (const one of cards) {
      one.card.hidden = !filters.every(filter => filter(one));
      shown += one.card.hidden ? 0 : 1;
    }

    count.textContent = shown + ' of ' + cards.length + ' shown';
  };
  const add = (title, ...inputs) => {
    const label = document.createElement('label');
    label.append(title + ' ');
    for (const input of inputs) {
      label.append(input);
      input.addEventListener('input', apply);
    }

    tools.append(label);
  };

  const search = document.createElement('input');
  search.type = 'search';
  filters.push(one => one.text.includes(search.value.toLowerCase()));
  add('Search', search);
  JSON.parse(block.dataset.choices).forEach((title, index) => {
    const values = [...new Set(cards.flatMap(one => one.choices[index]))];
    if (values.length < 2) {
      return;
    }

    const choice = document.createElement('select');
    choice.append(new Option('all', ''));
    for (const value of values.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))) {
      choice.append(new Option(value || '(empty)', '=' + value));
    }

    filters.push(one => choice.value === '' || one.choices[index].some(value => choice.value === '=' + value));
    add(title, choice);
  });
  JSON.parse(block.dataset.ranges).forEach((title, index) => {
    if (new Set(cards.map(one => one.ranges[index])).size < 2) {
      return;
    }

    const [from, to] = ['from', 'to'].map(name => {
      const input = document.createElement('input');
      input.type = 'number';
      input.step = 'any';
      input.placeholder = name;
      input.ariaLabel = title + ' ' + name;
      return input;
    });
    filters.push(one => {
      const has = one.ranges[index] !== '';
      const number = Number(one.ranges[index]);
      return (from.value === '' || (has && number >= Number(from.value))) && (to.value === '' || (has && number <= Number(to.value)));
    });
    add(title, from, to);
  });
  if (block.dataset.mark) {
    const mark = document.createElement('input');
    mark.type = 'checkbox';
    mark.checked = true;
    mark.addEventListener('input', () => block.classList.toggle('unmarked', !mark.checked));
    add('Mark ' + block.dataset.mark, mark);
  }

  const unfold = document.createElement('button');
  unfold.type = 'button';
  unfold.textContent = 'Unfold all';
  unfold.addEventListener('click', () => {
    const open = unfold.textContent === 'Unfold all';
    cards.filter(one => !one.card.hidden).forEach(one => { one.card.open = open; });
    unfold.textContent = open ? 'Fold all' : 'Unfold all';
  });
  tools.append(unfold, count);
  block.prepend(tools);
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
