/** What the scheduler wrote: the last lines of a file that a job brought back. */

import { useAnswer } from "../../../api/useAnswer";
import { count, counted } from "../../../parts/format";
import { Empty, Loaded } from "../../../parts/states";
import { setTerms, terms } from "../../../router/router";
import { withView } from "../../../router/selection";
import { streamUrl, type LogView, type Stream } from "./log";

export function StreamLines(props: { uuid: string; view: LogView; stream: Stream }) {
  const { uuid, view, stream } = props;
  const answer = useAnswer<{ logs: readonly string[] }>(streamUrl(uuid, stream, view.isWhole));
  const total = Number(answer.headers?.get("X-Total-Count") ?? NaN);
  return (
    <Loaded answer={answer} lines={8}>
      {({ logs }) =>
        logs.length === 0 ? (
          <Empty>
            <p>The scheduler wrote nothing here: the file is empty.</p>
          </Empty>
        ) : (
          <>
            <p class="muted">
              {counted(logs.length, "line")}
              {total > logs.length && (
                <>
                  , the last of {count(total)} —{" "}
                  <button
                    type="button"
                    class="plain"
                    onClick={() => setTerms(withView(terms.peek(), "all", "1"))}
                  >
                    show all
                  </button>
                </>
              )}
            </p>
            <pre class="stream" tabIndex={0}>
              {logs.join("\n")}
            </pre>
          </>
        )
      }
    </Loaded>
  );
}
