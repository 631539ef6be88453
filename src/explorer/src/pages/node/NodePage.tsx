import type { PageProps } from "../../app/pages";

export default function NodePage({ rest }: PageProps) {
  return <h1>Node {rest.join("/")}</h1>;
}
