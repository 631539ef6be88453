import type { PageProps } from "../../app/pages";

export default function Home({ rest }: PageProps) {
  return <h1>Home {rest.join("/")}</h1>;
}
