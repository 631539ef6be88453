/** Components that are loaded when they are needed. */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

import { asApiError } from "../api/useAnswer";
import type { ApiError } from "../api/http";
import { Failure, Skeleton } from "./states";

/** A component whose code is a chunk of its own: `lazy(() => import("./Page"))`. */
export function lazy<P extends object>(
  load: () => Promise<{ default: ComponentType<P> }>,
): ComponentType<P> {
  let found: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [, setTurn] = useState(0);
    const [error, setError] = useState<ApiError | null>(null);
    useEffect(() => {
      if (found || error) return;
      load().then(
        (module) => {
          found = module.default;
          setTurn((turn) => turn + 1);
        },
        (reason: unknown) => setError(asApiError(reason)),
      );
    }, [error]);
    if (error) return <Failure error={error} onRetry={() => setError(null)} />;
    if (!found) return <Skeleton lines={6} />;
    const Found = found;
    return <Found {...props} />;
  };
}
