/** Links to files of all that filters choose, where the server offers them. */

import { urlOf } from "../../api/http";
import { useAnswer } from "../../api/useAnswer";
import { FileLink } from "../list/Download";
import { wholesOf } from "./wholes";

export function WholeSelection({ query, name }: { query: string; name: string }) {
  const answer = useAnswer<{ available_endpoints: readonly string[] }>(urlOf("server/endpoints"));
  const wholes = wholesOf(answer.data?.available_endpoints ?? [], query);
  if (wholes.length === 0) return null;
  return (
    <>
      <h3>All that the filters choose</h3>
      <ul>
        {wholes.map(({ title, ending, url }) => (
          <li key={title}>
            <FileLink url={url} name={`${name}.${ending}`}>
              {title}
            </FileLink>
          </li>
        ))}
      </ul>
    </>
  );
}
