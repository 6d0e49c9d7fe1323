"""What a transformer is made of: softmax and its temperature."""
