/** What people wrote about a node, as plain text. */

import type { CommentRow } from "../../api/types";
import { Time } from "../../parts/small";

export function Comments({ comments }: { comments: readonly CommentRow[] }) {
  return (
    <ol class="comments">
      {comments.map((comment, at) => (
        <li key={at}>
          <p class="comment-head">
            <strong>{comment.user || "somebody"}</strong> <Time value={comment.created_time} />
            {comment.modified_time !== comment.created_time && (
              <span class="muted">
                {" "}
                (changed <Time value={comment.modified_time} />)
              </span>
            )}
          </p>
          <p class="comment-text">
            {comment.message ?? <span class="muted">This comment cannot be shown.</span>}
          </p>
        </li>
      ))}
    </ol>
  );
}
