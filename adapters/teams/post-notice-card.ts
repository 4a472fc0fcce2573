import type { Notice } from "../../domain/notice.ts";
import { noticeCard } from "./notice-card.ts";
import { postCard } from "./teams-webhook.ts";

/** Posts what people should know of a run that goes on. Throws DrydockError; the webhook's URL is in no error. */
export async function postNoticeCard(webhook: string, notice: Notice, runUrl: string): Promise<void> {
  await postCard(webhook, noticeCard(notice, runUrl));
}
