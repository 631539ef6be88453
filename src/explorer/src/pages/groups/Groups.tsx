import type { PageProps } from "../../app/pages";

export default function Groups({ rest }: PageProps) {
  return <h1>Groups {rest.join("/")}</h1>;
}
