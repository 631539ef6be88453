import type { PageProps } from "../../app/pages";

export default function Codes({ rest }: PageProps) {
  return <h1>Codes {rest.join("/")}</h1>;
}
