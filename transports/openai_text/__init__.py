"""Text models of the OpenAI API, for what is written and not spoken."""
