/** What can be done with the rows that were chosen. */

import { hrefOf } from "../../router/router";
import { counted } from "../format";
import { Menu } from "../Menu";
import { TakeAway } from "../taking/TakeAway";
import { ofUuids } from "../taking/selection";

const FEWEST = 2;
const MOST = 5;

export function ChoiceBar({
  chosen,
  onClear,
}: {
  chosen: ReadonlySet<string>;
  onClear: () => void;
}) {
  if (chosen.size === 0) return null;
  const uuids = [...chosen];
  const canCompare = uuids.length >= FEWEST && uuids.length <= MOST;
  return (
    <div class="choice-bar">
      <span role="status">{counted(uuids.length, "node")} chosen</span>
      {canCompare ? (
        <a href={hrefOf(["compare"], `nodes=${uuids.join(",")}`)}>Compare</a>
      ) : (
        <span class="muted">Choose {`${FEWEST} to ${MOST}`} to compare them.</span>
      )}
      <Menu title="Download">
        {() => (
          <TakeAway
            selection={ofUuids(uuids)}
            name="chosen"
            title={`The ${counted(uuids.length, "chosen node")}`}
          />
        )}
      </Menu>
      <button type="button" onClick={onClear}>
        Clear
      </button>
    </div>
  );
}
