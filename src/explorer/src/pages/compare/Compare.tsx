import type { PageProps } from "../../app/pages";

export default function Compare({ rest }: PageProps) {
  return <h1>Compare {rest.join("/")}</h1>;
}
