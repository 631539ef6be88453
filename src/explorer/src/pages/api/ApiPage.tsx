import type { PageProps } from "../../app/pages";

export default function ApiPage({ rest }: PageProps) {
  return <h1>API {rest.join("/")}</h1>;
}
