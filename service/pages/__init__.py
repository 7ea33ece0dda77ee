"""The pages for the worker: server-rendered, in Chinese, whole without JavaScript."""
