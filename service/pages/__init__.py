"""The pages for the worker: server-rendered, in Chinese and English, whole without JavaScript."""
