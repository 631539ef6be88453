import type { PageProps } from "../../app/pages";

export default function Processes({ rest }: PageProps) {
  return <h1>Processes {rest.join("/")}</h1>;
}
