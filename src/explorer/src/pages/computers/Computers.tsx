import type { PageProps } from "../../app/pages";

export default function Computers({ rest }: PageProps) {
  return <h1>Computers {rest.join("/")}</h1>;
}
