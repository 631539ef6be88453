import { expect, test } from "vitest";

import { ariaSort, csvOf, keysOf, nextOrder, type Column } from "./columns";

interface Row {
  readonly name: string;
  readonly size: number | null;
}
const NAME: Column<Row> = { key: "name", title: "Name", cell: () => "", text: (row) => row.name };
const SIZE: Column<Row> = { key: "size", title: "Size", cell: () => "", text: (row) => row.size };

test("CSV quotes what must be quoted, and runs no formulas", () => {
  const rows = [
    { name: 'a "b", c', size: 1.5 },
    { name: "=1+1", size: null },
    { name: "-3.5", size: -2 },
  ];
  expect(csvOf([NAME, SIZE], rows)).toBe('name,size\r\n"a ""b"", c",1.5\r\n\'=1+1,\r\n-3.5,-2\r\n');
});

test("columns of an address", () => {
  expect(keysOf('type,attributes."a,b".c,  ctime,')).toEqual([
    "type",
    'attributes."a,b".c',
    "ctime",
  ]);
});

test("a click orders, the next one turns the order", () => {
  const column = { ...NAME, order: "ctime", isDescendingFirst: true } as unknown as Column<never>;
  expect(nextOrder(column, null)).toBe("-ctime");
  expect(nextOrder(column, "-ctime")).toBe("ctime");
  expect(nextOrder(column, "ctime")).toBe("-ctime");
  expect(ariaSort(column, "-ctime,id")).toBe("descending");
  expect(ariaSort(column, "label")).toBe(undefined);
});
