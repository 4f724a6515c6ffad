import Foundations

/// What is known of keys in other programs' configurations.
enum ForeignKeyTable {
    /// A key that changes what is computed unless its value is one of `neutral`.
    struct Rule: Sendable {
        let neutral: [JSONValue]
        let shown: String
        let reason: String
    }

    /// `architectures` whose tensors are read.
    static let architectures: Set<String> = [
        "LlamaForCausalLM", "LlamaModel", "LlamaForSequenceClassification", "MistralForCausalLM", "MistralModel",
        "MistralForSequenceClassification", "ErniePixelForCausalLM", "ErniePixelModel",
        "ErniePixelForSequenceClassification", "LetterpressForCausalLM", "LetterpressModel",
        "LetterpressForSequenceClassification", "LlamaForTokenClassification", "ErniePixelForTokenClassification",
    ]

    /// The class of a model that labels each token or patch.
    static func ofWords(_ type: DecoderConfig.ModelType) -> String {
        (type == .llama ? "Llama" : "ErniePixel") + "ForTokenClassification"
    }

    /// Stands before `model_type` of models that no other program computes, so that none loads them as a plain Llama.
    static let ownPrefix = "letterpress-"

    /// Keys of `rope_scaling` by its kind.
    static let rotary: [String: Set<String>] = [
        "default": [], "linear": ["factor"],
        "llama3": ["factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"],
    ]

    /// Models that people are likely to have, and what they are instead.
    static let otherModels: [String: String] = [
        "bert": "BERT encodes and predicts no next token; its tokenizer alone can be used",
        "roberta": "RoBERTa encodes and predicts no next token; its tokenizer alone can be used",
        "distilbert": "DistilBERT encodes and predicts no next token; its tokenizer alone can be used",
        "gpt2": "GPT-2 has learned positions, LayerNorm and GELU, which the decoder has not",
        "qwen2": "Qwen 2 has biases on queries, keys and values alone, which the decoder has not",
        "qwen3": "Qwen 3 normalises queries and keys, which the decoder does not",
        "gemma": "Gemma scales embeddings and norms and uses GELU, which the decoder does not",
        "gemma2": "Gemma 2 scales embeddings and caps logits, which the decoder does not",
        "gemma3_text": "Gemma 3 scales embeddings and normalises queries and keys, which the decoder does not",
        "mixtral": "Mixtral routes tokens to experts, which the decoder does not",
        "phi3": "Phi-3 joins its projections in one tensor, which is not taken apart",
        "smollm3": "SmolLM3 leaves some layers without rotary positions, which the decoder does not",
        "granite": "Granite multiplies embeddings, attention and residuals, which the decoder does not",
        "pixel": "PIXEL is a masked autoencoder and predicts no next patch",
    ]

    private static func rule(_ shown: String, _ reason: String, _ neutral: JSONValue...) -> Rule {
        Rule(neutral: neutral, shown: shown, reason: reason)
    }

    /// Keys that change what is computed.
    static let mathematics: [String: Rule] = [
        "mlp_bias": rule("false", "biases of the feed-forward part change the result", .bool(false)),
        "sliding_window": rule("null", "attention within a window changes the result"),
        "use_sliding_window": rule("false", "attention within a window changes the result", .bool(false)),
        "layer_types": rule("its absence", "layers of several kinds of attention change the result"),
        "no_rope_layers": rule("its absence", "layers without rotary positions change the result"),
        "quantization_config": rule(
            "its absence",
            "the stored numbers are quantised: load and save the model without quantisation, or convert "
                + "its GGUF file"),
        "rope_interleaved": rule("false", "rotary positions in interleaved pairs change the result", .bool(false)),
        "partial_rotary_factor": rule("1", "rotary positions of a part of each head change the result", .integer(1)),
        "attention_multiplier": rule("its absence", "scaled attention changes the result"),
        "residual_multiplier": rule("1", "scaled residuals change the result", .integer(1)),
        "embedding_multiplier": rule("1", "scaled embeddings change the result", .integer(1)),
        "logits_scaling": rule("1", "scaled logits change the result", .integer(1)),
        "logit_scale": rule("1", "scaled logits change the result", .integer(1)),
        "final_logit_softcapping": rule("null", "capped logits change the result"),
        "attn_logit_softcapping": rule("null", "capped attention changes the result"),
        "query_pre_attn_scalar": rule("its absence", "scaled queries change the result"),
        "clip_qkv": rule("null", "clipped queries and keys change the result"),
        "qk_norm": rule("false", "normalised queries and keys change the result", .bool(false)),
        "use_qk_norm": rule("false", "normalised queries and keys change the result", .bool(false)),
        "num_local_experts": rule("its absence", "routed experts change the result"),
        "num_experts": rule("its absence", "routed experts change the result"),
        "use_bias": rule("false", "biases change the result", .bool(false)),
        "pruned_heads": rule("an empty object", "heads that were cut out change the shapes", .object([:])),
    ]

    /// Keys that change nothing that is computed here: names, versions, and settings of programs and of generation.
    static let ignorable: Set<String> = [
        "_name_or_path", "_model_name_or_path", "name_or_path", "auto_map", "dtype", "torch_dtype",
        "transformers_version",
        "transformers.js_config",
        "use_cache", "pretraining_tp", "gradient_checkpointing", "unk_token_id", "sep_token_id", "cls_token_id",
        "mask_token_id", "decoder_start_token_id", "output_attentions", "output_hidden_states", "return_dict",
        "use_return_dict", "is_decoder", "is_encoder_decoder", "is_llama_config", "add_cross_attention",
        "cross_attention_hidden_size", "tie_encoder_decoder", "tie_word_embeddings_in_fp32", "chunk_size_feed_forward",
        "id2label", "label2id", "num_labels", "problem_type", "task_specific_params", "finetuning_task",
        "tokenizer_class",
        "prefix", "torchscript", "use_bfloat16", "tf_legacy_loss", "attn_implementation", "_attn_implementation",
        "_attn_implementation_autoset", "_attn_implementation_internal", "architectures_type", "summary_type",
        "max_length", "min_length", "do_sample", "early_stopping", "num_beams", "num_beam_groups", "diversity_penalty",
        "temperature", "top_k", "top_p", "typical_p", "repetition_penalty", "length_penalty", "no_repeat_ngram_size",
        "encoder_no_repeat_ngram_size", "bad_words_ids", "num_return_sequences", "output_scores",
        "return_dict_in_generate", "forced_bos_token_id", "forced_eos_token_id", "remove_invalid_values",
        "exponential_decay_length_penalty", "suppress_tokens", "begin_suppress_tokens", "classifier_dropout",
        "hidden_dropout", "hidden_dropout_prob", "classifier", "max_sequence_length", "unsloth_version",
        "unsloth_fixed",
    ]
}
