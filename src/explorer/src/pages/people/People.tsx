import type { PageProps } from "../../app/pages";

export default function People({ rest }: PageProps) {
  return <h1>People {rest.join("/")}</h1>;
}
