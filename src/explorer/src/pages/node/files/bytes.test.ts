import { expect, test } from "vitest";

import { hexLines, pictureType } from "./bytes";

test("a dump has offset, bytes and text", () => {
  const bytes = new Uint8Array([...Array(17).keys()].map((at) => at + 60));
  expect(hexLines(bytes, 16)).toEqual([
    "00000010  3c 3d 3e 3f 40 41 42 43  44 45 46 47 48 49 4a 4b  <=>?@ABCDEFGHIJK",
    `00000020  4c${" ".repeat(21)}  ${" ".repeat(23)}  L`,
  ]);
  expect(hexLines(new Uint8Array([0, 255]))[0]).toMatch(/\.\.$/);
});

test("pictures are told by their name", () => {
  expect(pictureType("a/b.PNG")).toBe("image/png");
  expect(pictureType("constructor")).toBeNull();
  expect(pictureType("x.constructor")).toBeNull();
});
