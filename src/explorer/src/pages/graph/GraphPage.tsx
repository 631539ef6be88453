import type { PageProps } from "../../app/pages";

export default function GraphPage({ rest }: PageProps) {
  return <h1>Graph {rest.join("/")}</h1>;
}
