/** Four a second. Counted over five seconds, because a busy reader sees two that were sent well apart at once. */
export const window = { seconds: 5, most: 20 }
