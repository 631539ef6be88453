import type { PageProps } from "../../app/pages";

export default function Nodes({ rest }: PageProps) {
  return <h1>Nodes {rest.join("/")}</h1>;
}
