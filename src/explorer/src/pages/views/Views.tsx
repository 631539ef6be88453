import type { PageProps } from "../../app/pages";

export default function Views({ rest }: PageProps) {
  return <h1>Views {rest.join("/")}</h1>;
}
