/** The stores of the server. */

import { urlOf } from "../../api/http";
import type { ProfileRow } from "../../api/types";
import { useAnswer } from "../../api/useAnswer";
import { count } from "../../parts/format";
import { Bytes } from "../../parts/small";
import { Loaded, Panel } from "../../parts/states";
import { site } from "../../site";

export default function Stores() {
  const answer = useAnswer<{ profiles: ProfileRow[] }>(
    urlOf("").replace(/\/api\/v4\/$/, "/profiles"),
  );
  return (
    <>
      <h1>Stores</h1>
      <Panel title="All stores of this server">
        <Loaded answer={answer}>
          {({ profiles }) => (
            <table class="table">
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">Kind</th>
                  <th scope="col">Nodes</th>
                  <th scope="col">Size</th>
                </tr>
              </thead>
              <tbody>
                {profiles.map((profile) => (
                  <tr key={profile.name}>
                    <th scope="row">
                      <a href={`${site.top}/${profile.name}/`}>{profile.name}</a>
                    </th>
                    <td>{profile.kind}</td>
                    <td class="number">{profile.nodes === null ? "–" : count(profile.nodes)}</td>
                    <td class="number">
                      <Bytes size={profile.size} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Loaded>
      </Panel>
    </>
  );
}
