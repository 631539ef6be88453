import { hrefOf } from "../../router/router";
import { Empty } from "../../parts/states";
import type { PageProps } from "../page";

export default function Missing({ rest }: PageProps) {
  return (
    <Empty>
      <h1>There is no page “{rest.join("/")}”</h1>
      <p>
        <a href={hrefOf([])}>Start page of the store</a>
      </p>
    </Empty>
  );
}
